"""What an editor must still verify: everything a visitor may be shown that is marked unchecked."""

from __future__ import annotations

from content.model import Content


def unverified(content: Content) -> list[str]:
    """Give one line for each contact, topic, risk reply and language that is shown with 'ej kontrollerad'."""
    shown = {contact for topic in content.topics.values() for contact in topic.contacts}
    shown |= {contact for reply in content.risk_replies.values() for contact in reply.contacts}
    shown |= {contact for ids in content.organisation.reach.values() for contact in ids}
    ways = {f"place {place.id}": place.way for place in content.booking.places.values()}
    ways |= {f"booked {kind}": way for kind, way in content.booking.ways.items()}
    shown |= {contact for language in content.languages.values() for contact in language.contacts}
    shown |= {contact for way in ways.values() for contact in way.contacts}
    return [
        *(f"contact {id}: verify number and hours, then set 'checked: true'" for id in sorted(shown)
          if not content.contacts[id].checked),
        *(f"topic {topic.id}: a cited fact is unchecked" for topic in content.topics.values() if not topic.checked),
        *(f"risk reply {id}: a cited fact is unchecked" for id, reply in content.risk_replies.items()
          if not reply.checked),
        *(f"{name}: verify entrance, way and cited facts, then set 'checked: true'" for name, way in ways.items()
          if not way.checked),
        *(f"language {code} ({language.name}): a native speaker must read it and sign, then set 'checked: true'"
          for code, language in content.languages.items() if not language.checked),
    ]  # fmt: skip
