"""Who is asked after a conversation: by share, language and consent."""

from __future__ import annotations

from calls.destination import Menu
from routing.surveys import AGREED, Survey, SurveyPart

ASKED = Menu("encuesta")
SPOKEN = ("es", "pl")


def test_whoever_is_there_is_asked_in_a_language_of_the_menus() -> None:
    survey = Survey("encuesta")
    assert survey.after("c1", "es", {}, SPOKEN) == ASKED
    assert survey.after("c1", None, {}, SPOKEN) == ASKED
    assert survey.after("c1", "de", {}, SPOKEN) is None


def test_languages_narrow_who_is_asked() -> None:
    survey = Survey("encuesta", languages=("pl",))
    assert survey.after("c1", "pl", {}, SPOKEN) == ASKED
    assert survey.after("c1", "es", {}, SPOKEN) is None


def test_a_share_asks_so_many_and_the_same_every_time() -> None:
    survey = Survey("encuesta", share=25)
    contacts = [f"{number:026}" for number in range(4000)]
    asked = [each for each in contacts if survey.after(each, "es", {}, SPOKEN)]
    assert 850 < len(asked) < 1150
    assert asked == [each for each in contacts if survey.after(each, "es", {}, SPOKEN)]
    assert Survey("encuesta", share=0).after("c1", "es", {}, SPOKEN) is None


def test_where_consent_is_asked_only_those_who_gave_it_are() -> None:
    survey = SurveyPart(menu="encuesta", ask="agreed").settings()
    assert survey.after("c1", "es", {}, SPOKEN) is None
    assert survey.after("c1", "es", {AGREED: "no"}, SPOKEN) is None
    assert survey.after("c1", "es", {AGREED: "agreed"}, SPOKEN) == ASKED
