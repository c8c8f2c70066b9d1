"""A name sounds alike in Korean and in Latin letters, however somebody spells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.customers.matching.sounds import MOST, jamo, plain, sounds

ALIKE = [
    ("김민아", "Mina Kim"),
    ("김민아", "GIM MIN-AH"),
    ("이수연", "Sooyeon Lee"),
    ("이수연", "Yi Suyeon"),
    ("박서준", "Park Seo Joon"),
    ("정영희", "Younghee Jung"),
    ("최민규", "Min-gyu Choi"),
    ("류현진", "Hyunjin Yoo"),
    ("임은주", "Eunju Lim"),
    ("남궁민", "Min Namgung"),
    ("윤여정", "Youn Yuh-jung"),
    ("백종원", "Paik Jong-won"),
    ("José García", "garcia jose"),
]
DIFFERENT = [("김민아", "Minji Kim"), ("김민아", "Mina Park"), ("박서준", "박서진"), ("이수연", "Suyeon")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_ways_to_write_a_name_sound_alike(one: str, other: str) -> None:
    assert set(sounds(one)) & set(sounds(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_names_do_not(one: str, other: str) -> None:
    assert not set(sounds(one)) & set(sounds(other))


def test_spaces_case_and_the_order_of_latin_words_do_not_matter() -> None:
    assert plain("김 민아") == plain("김민아")
    assert plain("Mina  KIM") == plain("kim mina")
    assert jamo("김민아") == "ㄱㅣㅁㅁㅣㄴㅇㅏ"


def test_a_script_that_is_not_read_has_no_sound() -> None:
    assert sounds("田中") == []
    assert sounds("") == []


@given(st.text(max_size=60))
def test_any_name_has_few_sounds_and_breaks_nothing(name: str) -> None:
    assert len(sounds(name)) <= MOST
    assert plain(plain(name)) == plain(name)
