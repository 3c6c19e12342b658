from __future__ import annotations

import numpy as np
import pytest
from strategies import many_trees, random_belief, random_tree

from troubleshoot.inference import tables
from troubleshoot.inference.model import compiled
from troubleshoot.inference.tables import BatchTable, DenseTable, SparseTable, gains


@pytest.mark.slow
@pytest.mark.parametrize("cache", [1, 2**17])
def test_dense_equals_sparse(monkeypatch, cache):
    """
    How likelihoods are stored changes no result, cut into blocks or not.
    """
    monkeypatch.setattr(tables, "IN_CACHE", cache)
    for tree, p in many_trees(5, 500):
        model = compiled(tree)
        parts = model.classes, tuple(model.likelihoods.values())

        one, other = (gains(x.of(*parts), p) for x in (DenseTable, SparseTable))

        assert one == pytest.approx(other, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("form", [DenseTable, SparseTable])
def test_live_set_equals_full(form):
    """
    Leaving eliminated causes out changes no result, once or twice over.
    """
    for tree, p in many_trees(6, 500):
        model = compiled(tree)
        table = form.of(model.classes, tuple(model.likelihoods.values()))
        more = np.flatnonzero((p > 0) | (np.arange(len(p)) % 2 == 0))

        once = table.restricted(np.flatnonzero(p > 0))
        twice = table.restricted(more).restricted(np.flatnonzero(p > 0))

        full = gains(table, p)
        assert gains(once, p) == pytest.approx(full, abs=1e-12)
        assert gains(twice, p) == pytest.approx(full, abs=1e-12)


def test_few_informative_cells_are_stored_sparsely():
    """
    The form follows the share of informative cells.
    """
    rng = np.random.default_rng(8)
    few = random_tree(rng, causes=200, questions=20, spoken=0.02)
    many = random_tree(rng, causes=200, questions=20, spoken=0.5)

    assert isinstance(compiled(few).table, SparseTable)
    assert isinstance(compiled(many).table, DenseTable)


@pytest.mark.slow
def test_many_beliefs_at_once_equal_one_at_a_time():
    """
    A table of all answers gives each of its beliefs the gains of a dense one.
    """
    rng = np.random.default_rng(12)
    for tree, _ in many_trees(11, 500):
        model = compiled(tree)
        likelihoods = tuple(model.likelihoods.values())
        dense = DenseTable.of(model.classes, likelihoods)
        batch = BatchTable.of(
            model.classes,
            [
                np.array(
                    [each.row(a, len(model.causes)) for a in range(len(each.answers))]
                )
                for each in likelihoods
            ],
        )
        beliefs = np.array([random_belief(rng, len(model.causes)) for _ in range(4)])

        together = batch.gains(beliefs)

        for p, bits in zip(beliefs, together, strict=True):
            assert bits == pytest.approx(gains(dense, p), abs=1e-12)
            assert bits == pytest.approx(batch.gains(p), abs=1e-12)
