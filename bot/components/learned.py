"""What our learned components have in common as Rasa sees them: made empty, then trained and kept, or read again."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

Component = TypeVar("Component", bound="LearnedComponent")


class LearnedComponent(GraphComponent):
    """Holds one learned thing, which can `save` itself into a folder.

    A subclass trains it, gives it to `_keep`, and says in `_read` how it is read again.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, learned: Any = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._held = learned

    @classmethod
    def create(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Component:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Component:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, cls._read(config, Path(folder)))

    @classmethod
    @abstractmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> Any:
        """Read what was kept."""

    def _keep(self, learned: Any) -> Resource:
        """Hold what was learned, and write it into the model."""
        self._held = learned
        with self._storage.write_to(self._resource) as folder:
            learned.save(Path(folder))
        return self._resource

    @property
    def _learned(self) -> Any:
        if self._held is None:
            raise RuntimeError(f"{type(self).__name__} is not trained; run 'varsam train'")
        return self._held
