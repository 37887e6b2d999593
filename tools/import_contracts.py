"""Rules for import-linter that hold for modules which nobody has written yet."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields
from importlinter.contracts.forbidden import ForbiddenContract


class StrangersContract(Contract):
    """The children of a package do not import each other, whoever joins them.

    import-linter's own contracts want each module named, or take all that a wildcard matches; a
    newcomer that is in no list may import what it likes. Here all children are found, and only
    the exceptions are named, by patterns like "_*".

    Configuration options:
        - package: whose children are meant.
        - shared: children that every other child may import.
        - modules_are_shared: whether so are all children that are no packages.
        - roots: children that may import everything, and that no other child may import.
        - forbidden_modules: what the children, but for the roots, may not import either.
    """

    type_name = "strangers"

    package = fields.StringField()
    shared = fields.ListField(subfield=fields.StringField(), required=False)
    modules_are_shared = fields.BooleanField(required=False)
    roots = fields.ListField(subfield=fields.StringField(), required=False)
    forbidden_modules = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's
        """See who is there today, and check that as a list of forbidden imports."""
        children = graph.find_children(self.contract_options["package"])
        roots = self._named("roots", children)
        shared = self._named("shared", children)
        if self.contract_options.get("modules_are_shared"):
            shared |= {child for child in children if not graph.find_children(child)}
        others: Iterable[str] = self.contract_options.get("forbidden_modules", ())
        options = {
            "source_modules": sorted(children - roots),
            "forbidden_modules": sorted((children - shared) | roots | {*others}),
        }
        self._rule = ForbiddenContract(self.name, self.session_options, options)
        return self._rule.check(graph, verbose)

    def render_broken_contract(self, check: ContractCheck) -> None:
        self._rule.render_broken_contract(check)

    def _named(self, option: str, children: set[str]) -> set[str]:
        patterns: Iterable[str] = self.contract_options.get(option, ())
        return {
            child
            for child in children
            if any(fnmatchcase(child.rpartition(".")[2], pattern) for pattern in patterns)
        }
