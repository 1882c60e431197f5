"""The route of a message, against the taxonomy written out by hand: the strictest wins."""

from __future__ import annotations

from itertools import combinations

import pytest

from content.model import Content, Taxonomy

STRICTEST_FIRST = ("emergency", "human_now", "refuse", "offer_human", "clarify", "answer")
RISKS = {
    "acute_danger": "emergency", "suicide": "emergency", "self_harm": "human_now", "sexual_violence": "human_now",
    "coercion": "human_now", "minor": "human_now", "child_victim_of_writer": "human_now",
    "violence_relation": "offer_human", "third_party_at_risk": "offer_human", "solicitation": "refuse",
}  # fmt: skip
TOPICS = {
    "emergency": "acute_danger suicidal",
    "human_now": "trafficking_help controlled_by_other minor_support minor_is_it_my_fault sex_as_self_harm "
    "bought_from_minor raped_recently talk_to_human",
    "refuse": "wants_to_buy",
    "offer_human": "support_exploited_adult leave_prostitution labour_exploitation residence_permit sheltered_housing "
    "money_and_debt image_abuse assisted_return minor_parents_told minor_duty_to_report grooming_online "
    "worried_about_friend worried_parent stop_buying kast_contact guilt_after_buying suspect_trafficking_buyer "
    "compulsive_sex partner_buys_sex relative_support partner_violence feeling_bad complaint",
    "clarify": "not_understood out_of_scope",
    "answer": "trafficking_what_is report_to_police health_care victim_rights selling_legal kast_what_is buying_law "
    "kast_anonymous professional_advice tip_police anonymity confidentiality cost opening_hours phone_contact "
    "email_contact book_visit find_local_support language_interpreter are_you_human who_runs_this delete_chat greet "
    "goodbye thanks affirm deny menu insult",
}
ROUTES = {topic: route for route, topics in TOPICS.items() for topic in topics.split()}


@pytest.fixture
def taxonomy(content: Content) -> Taxonomy:
    return content.taxonomy


def strictest(*routes: str) -> str:
    return next(route for route in STRICTEST_FIRST if route in routes)


def test_taxonomy_holds_exactly_these(taxonomy: Taxonomy) -> None:
    assert taxonomy.routes == STRICTEST_FIRST
    assert taxonomy.risks == RISKS
    assert {topic: route for topic, (_, route) in taxonomy.topics.items()} == ROUTES


@pytest.mark.parametrize("topic", ROUTES)
def test_route_of_a_topic_is_the_strictest_with_every_risk(taxonomy: Taxonomy, topic: str) -> None:
    assert taxonomy.route(topic) == ROUTES[topic]
    for risk, route in RISKS.items():
        assert taxonomy.route(topic, [risk]) == strictest(ROUTES[topic], route)
    for one, other in combinations(RISKS, 2):
        assert taxonomy.route(topic, [one, other]) == strictest(ROUTES[topic], RISKS[one], RISKS[other])


@pytest.mark.parametrize(
    ("choices", "risks", "expected"),
    [
        (["cost", "opening_hours"], [], "clarify"),
        (["cost", "suicidal"], [], "clarify"),
        (["greet"], [], "clarify"),
        (["stop_buying", "guilt_after_buying"], [], "offer_human"),
        (["minor_support", "stop_buying"], [], "offer_human"),
        (["minor_support", "trafficking_help"], [], "human_now"),
        (["suicidal", "acute_danger"], [], "emergency"),
        (["suicidal", "raped_recently"], [], "human_now"),
        (["wants_to_buy", "stop_buying"], [], "offer_human"),
        (["wants_to_buy", "minor_support"], [], "refuse"),
        (["cost", "opening_hours"], ["suicide"], "emergency"),
        (["cost", "opening_hours"], ["solicitation"], "refuse"),
        (["minor_support", "trafficking_help"], ["third_party_at_risk"], "human_now"),
    ],
)
def test_route_when_unsure_is_the_stricter_of_clarify_and_the_mildest_choice(
    taxonomy: Taxonomy, choices: list[str], risks: list[str], expected: str
) -> None:
    assert taxonomy.route(choices[0], risks, choices) == expected


@pytest.mark.parametrize(("topic", "risks"), [("no_topic", []), ("cost", ["no_risk"])])
def test_route_refuses_what_it_does_not_know(taxonomy: Taxonomy, topic: str, risks: list[str]) -> None:
    with pytest.raises(KeyError):
        taxonomy.route(topic, risks)
