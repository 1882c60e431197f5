"""The proxy that the docs show: Varsam is told the visitor's address and that they came by https, on every way."""

from __future__ import annotations

import re

from tests.system import ROOT

TOLD = {"Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme"}


def configuration() -> str:
    text = (ROOT / "docs" / "channels" / "README.md").read_text(encoding="utf-8")
    return re.sub("#.*", "", text.partition("```nginx\n")[2].partition("```")[0])


def headers(block: str) -> set[str]:
    return {" ".join(line.split()) for line in re.findall("proxy_set_header (.*);", block)}


def test_every_location_tells_who_came_and_how() -> None:
    locations = dict(re.findall(r"location (\S+) \{(.*?)\}", configuration(), re.DOTALL))
    server = re.sub(r"location \S+ \{.*?\}", "", configuration(), flags=re.DOTALL)
    assert set(locations) == {"/", "/channels/", "/channels/sms/"}
    for path, block in locations.items():
        # nginx: those of the server are inherited only where the location sets none of its own
        assert (headers(block) or headers(server)) >= TOLD, path


def test_no_words_are_written_to_a_file_of_the_proxys() -> None:
    directives = {" ".join(line.split()) for line in configuration().split(";")}
    assert any(one.endswith("client_body_buffer_size 4m") for one in directives)
    assert "proxy_max_temp_file_size 0" in directives
    assert directives >= {"access_log off", "error_log /dev/null crit"}
