from midigan.files.readers.tune_book import Tune, tunes_of

ONE = "X:1\nT:One\nM:4/4\nK:C\nCDEF|\nGABc|\n"
TWO = "X:22\nT:Two\nM:3/4\nK:G\n\nGAB|\n"


def test_tunes_begin_with_their_numbers_and_end_with_an_empty_line():
    book = f"{ONE}\nA line about the next one: a bad cab\n\n{TWO}"
    assert tunes_of(book.encode()) == [Tune("1", f"{ONE}\n"), Tune("22", f"{TWO}\n")]


def test_fields_in_front_hold_for_all_tunes():
    front = "%abc-2.1\n%%landscape 0\nA free line\nM:6/8\nL:1/8\n\n"
    tunes = tunes_of(f"{front}{ONE}\n{TWO}".encode())
    shared = "%%landscape 0\nM:6/8\nL:1/8\n"
    assert [tune.text.split("\n", 1)[0] for tune in tunes] == ["X:1", "X:22"]
    assert all(tune.text.split("\n", 1)[1].startswith(shared) for tune in tunes)
    # A tune's own meter comes later, and so holds.
    assert tunes[1].text.index("M:6/8") < tunes[1].text.index("M:3/4")


def test_numbers_that_come_again_or_are_missing_get_names():
    book = "".join(f"X:{number}\nK:C\nC|\n\n" for number in ("5", "", " 5", "5", "x"))
    assert [tune.name for tune in tunes_of(book.encode())] == ["5", "0", "5-2", "5-3", "0-2"]


def test_line_ends_and_letters_of_any_age():
    old = "X:1\r\nT:Käse\r\nL:1/4\r\nK:C\r\nC|\r\n\r\nX:2\rL:1/4\rK:C\rD|".encode("latin-1")
    first, second = tunes_of(old)
    assert first.text == "X:1\nT:Käse\nL:1/4\nK:C\nC|\n\n"
    assert second.text == "X:2\nL:1/4\nK:C\nD|\n"
    assert tunes_of(b"\xef\xbb\xbf" + ONE.encode())[0].name == "1"


def test_a_tune_that_says_nothing_of_lengths_has_eighths():
    assert [tune.text for tune in tunes_of(b"X:1\nK:C\nCD|\n")] == ["X:1\nL:1/8\nK:C\nCD|\n\n"]


def test_no_tune_is_no_book():
    assert tunes_of(b"") == []
    assert tunes_of(b"K:C\nCDE|\n") == []
