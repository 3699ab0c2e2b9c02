"""What Docker sends of a command's two outputs, taken apart; and that half of it is never taken for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.engines.docker.execution import ERRORS, HEAD, OUTPUT, demultiplexed

PIECES = st.lists(st.tuples(st.sampled_from([OUTPUT, ERRORS]), st.binary(max_size=40)))


def multiplexed(pieces: list[tuple[int, bytes]]) -> bytes:
    return b"".join(HEAD.pack(source, len(piece)) + piece for source, piece in pieces)


@given(PIECES)
def test_each_piece_goes_to_its_stream_in_order(pieces: list[tuple[int, bytes]]) -> None:
    wanted = [b"".join(piece for source, piece in pieces if source == stream) for stream in (OUTPUT, ERRORS)]
    assert list(demultiplexed(multiplexed(pieces))) == wanted


@given(PIECES, st.data())
def test_a_stream_that_ends_within_a_piece_is_refused(pieces: list[tuple[int, bytes]], data: st.DataObject) -> None:
    whole = multiplexed([*pieces, (OUTPUT, b"the last")])
    cut = data.draw(st.integers(1, HEAD.size + len(b"the last") - 1))
    with pytest.raises(OSError, match="within a piece"):
        demultiplexed(whole[:-cut])


def test_what_is_no_such_stream_is_refused() -> None:
    with pytest.raises(OSError, match="within a piece"):
        demultiplexed(b"<html>and so on")
