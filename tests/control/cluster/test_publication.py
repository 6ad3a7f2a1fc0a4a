from control.cluster.objects import build, ingress

from ingress.control.cluster.publication import Publication
from ingress.model.objects import LoadBalancerIngress

ONE = (LoadBalancerIngress(ip="192.0.2.1"),)
TWO = (*ONE, LoadBalancerIngress(ip="192.0.2.2"))


def keys(entries):
    return sorted((entry.key.name, len(entry.addresses)) for entry in entries)


def test_only_ours_are_written_and_only_where_they_differ():
    found = build(
        ingress("new"),
        ingress("done", host="b.test", shown=("192.0.2.1",)),
        ingress("old", host="c.test", shown=("192.0.2.7",)),
        ingress("foreign", host="d.test", ingress_class="nginx"),
    )
    assert keys(Publication().due(found, ONE)) == [("new", 1), ("old", 1)]


def test_the_order_of_the_addresses_is_no_difference():
    found = build(ingress(shown=("192.0.2.2", "192.0.2.1")))
    assert Publication().due(found, TWO) == []


def test_what_was_written_is_left_alone_until_it_comes_back():
    publication = Publication()
    before = build(ingress())
    (entry,) = publication.due(before, ONE)
    publication.wrote(entry)
    assert publication.due(before, ONE) == []
    assert publication.due(build(ingress(shown=("192.0.2.1",))), ONE) == []


def test_what_somebody_takes_away_is_written_again():
    publication = Publication()
    publication.wrote(publication.due(build(ingress()), ONE)[0])
    assert keys(publication.due(build(ingress(shown=("192.0.2.9",))), ONE)) == [("web", 1)]


def test_an_address_that_changes_is_written_though_the_first_is_not_back_yet():
    publication = Publication()
    before = build(ingress())
    publication.wrote(publication.due(before, ONE)[0])
    assert keys(publication.due(before, TWO)) == [("web", 2)]
    assert keys(publication.due(before, ())) == [("web", 0)]


def test_one_that_is_ours_no_longer_is_let_go_of_once():
    publication = Publication()
    publication.wrote(publication.due(build(ingress()), ONE)[0])
    lost = build(ingress(ingress_class="nginx", shown=("192.0.2.1",)))
    (entry,) = publication.due(lost, ONE)
    assert (entry.addresses, entry.ours) == ((), False)
    publication.wrote(entry)
    assert publication.due(lost, ONE) == []


def test_one_that_is_gone_is_forgotten():
    publication = Publication()
    publication.wrote(publication.due(build(ingress()), ONE)[0])
    assert publication.due(build(), ONE) == []
    assert keys(publication.due(build(ingress()), ONE)) == [("web", 1)]


def test_what_was_not_written_is_due_again():
    publication = Publication()
    found = build(ingress())
    assert publication.due(found, ONE) == publication.due(found, ONE) != []


def test_without_addresses_nothing_is_due_where_nothing_is_shown():
    assert Publication().due(build(ingress()), ()) == []
    assert keys(Publication().due(build(ingress(shown=("192.0.2.1",))), ())) == [("web", 0)]


def test_a_change_elsewhere_costs_nothing():
    publication = Publication()
    first = ingress("a", shown=("192.0.2.1",))
    before = build(first)
    assert publication.due(before, ONE) == []
    after = build(first, ingress("b", host="b.test"))
    assert keys(publication.due(after, ONE)) == [("b", 1)]
