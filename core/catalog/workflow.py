"""A workflow of ComfyUI, which is what a model is there: its nodes, and how they are named."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from core.catalog.served import Table


class _Lax(BaseModel):
    # Whoever exports a workflow may say more of it than we need.
    model_config = ConfigDict(frozen=True, extra="ignore")


class NodeMeta(_Lax):
    """What people see of a node."""

    title: str = ""


class WorkflowNode(_Lax):
    """One step. Each of its inputs is a constant, or a link `[node, number of its output]`."""

    class_type: str
    inputs: Mapping[str, object] = {}
    meta: NodeMeta = Field(default=NodeMeta(), alias="_meta")


class Workflow(Table):
    """A workflow in API format.

    Attributes:
        nodes: by id.
        output: the node whose files are the result, by id or title.
    """

    nodes: Mapping[str, WorkflowNode]
    output: str

    def node(self, name: str) -> str:
        """The id of the node that has this id or title.

        Raises:
            ValueError: there is none, or more than one.
        """
        if name in self.nodes:
            return name
        titled = [each for each, node in self.nodes.items() if node.meta.title == name]
        if len(titled) > 1:
            raise ValueError(f"nodes {' and '.join(titled)} are both called {name}: use an id")
        if not titled:
            raise ValueError(f"there is no node {name}")
        return titled[0]

    def place(self, name: str) -> tuple[str, str]:
        """The node's id and the input that `node.input` means; both may have dots of their own.

        Raises:
            ValueError: there is no such node or input; it says what there is.
        """
        cuts = [at for at, sign in enumerate(name) if sign == "."]
        if not cuts:
            raise ValueError(f'write "node.input", not "{name}"')
        known: list[tuple[str, str]] = []
        for cut in cuts:
            node, given = name[:cut], name[cut + 1 :]
            if node in self.nodes or any(each.meta.title == node for each in self.nodes.values()):
                known.append((self.node(node), given))
        found = [(node, given) for node, given in known if given in self.nodes[node].inputs]
        if found:
            return found[0]
        if not known:
            raise ValueError(f"there is no node {name[: cuts[-1]]}")
        (node, given), *_ = known
        there = ", ".join(self.nodes[node].inputs) or "none"
        raise ValueError(f"node {node} has no input {given}; its inputs: {there}")
