"""A training step of a workload in PyTorch on the CPU: the peer of `npm run bench` outside of the browser.

Reads {"program", "parameters", "batch"} as JSON on standard input, interprets the step graphs with a leading batch axis,
lets autograd differentiate, clips and updates with AdamW. Prints {"msPerStep", "firstLoss"}.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

DTYPES = {"f32": torch.float32, "i32": torch.int64}


def tensor(entry):
    return torch.tensor(entry["data"], dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])


def aligned(x, node, rank):
    """Inserts ones after the batch axis, so that broadcasting aligns the axes of the samples."""
    shape = node["shape"]
    if not node["batched"] or len(shape) == rank:
        return x
    return x.reshape([x.shape[0]] + [1] * (rank - len(shape)) + shape)


def axes_of(axes, node):
    return [axis + 1 if node["batched"] else axis for axis in axes]


def batch_shape(x, node, shape):
    return [x.shape[0], *shape] if node["batched"] else list(shape)


def normalize(x, scale, epsilon):
    return x * torch.rsqrt(scale * x.square().sum(-1, keepdim=True) + epsilon)


def matmul(node, nodes, a, b):
    left, right = nodes
    attributes = node["attributes"]
    if attributes["transposeB"]:
        b = b.transpose(-1, -2)
    if len(left["shape"]) > 1:
        if attributes["transposeA"]:
            a = a.transpose(-1, -2)
        if right["batched"] and len(left["shape"]) == 3 and len(right["shape"]) == 2:
            b = b.unsqueeze(1)
        return a @ b
    if not right["batched"]:
        return a @ b
    row = a.unsqueeze(1) if left["batched"] else a.unsqueeze(0)
    return (row @ b).squeeze(1)


def squared_distance(node, nodes, query, keys):
    query = query.unsqueeze(-2)
    if len(nodes[0]["shape"]) > 1:
        keys = keys.unsqueeze(-3)
    return (query - keys).square().sum(-1)


def softmax(node, nodes, logits, mask=None):
    if mask is None:
        return logits.softmax(-1)
    visible = aligned(mask, nodes[1], len(node["shape"])) != 0
    weights = logits.masked_fill(~visible, -1e30).softmax(-1)
    return weights * visible


def slice_of(node, nodes, x):
    begin, size = node["attributes"]["begin"], node["attributes"]["size"]
    for axis, (first, count) in enumerate(zip(begin, size)):
        x = x.narrow(axis + (1 if nodes[0]["batched"] else 0), first, count)
    return x


def reduced(function):
    def apply(node, nodes, x):
        axes = axes_of(node["attributes"]["axes"], nodes[0])
        return function(x, axes, keepdim=node["attributes"]["keepAxes"]) if axes else x

    return apply


def concat(node, nodes, *operands):
    size = next((x.shape[0] for x, own in zip(operands, nodes) if own["batched"]), None)
    whole = [x if size is None or own["batched"] else x.expand(size, *x.shape) for x, own in zip(operands, nodes)]
    return torch.cat(whole, node["attributes"]["axis"] + (0 if size is None else 1))


def transpose(node, nodes, x):
    order = axes_of(node["attributes"]["permutation"], nodes[0])
    return x.permute([0, *order] if nodes[0]["batched"] else order)


def broadcast(node, nodes, x):
    shape = node["shape"]
    return aligned(x, nodes[0], len(shape)).expand(batch_shape(x, nodes[0], shape))


def cross_entropy(node, nodes, logits, targets):
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none").reshape(targets.shape)


def binary(function):
    def apply(node, nodes, a, b):
        rank = len(node["shape"])
        return function(aligned(a, nodes[0], rank), aligned(b, nodes[1], rank))

    return apply


def unary(function):
    return lambda node, nodes, x: function(x)


def select(node, nodes, condition, a, b):
    rank = len(node["shape"])
    return torch.where(aligned(condition, nodes[0], rank) != 0, aligned(a, nodes[1], rank), aligned(b, nodes[2], rank))


OPS = {
    "add": binary(torch.add),
    "subtract": binary(torch.sub),
    "multiply": binary(torch.mul),
    "divide": binary(torch.div),
    "minimum": binary(torch.minimum),
    "maximum": binary(torch.maximum),
    "less": binary(lambda a, b: (a < b).float()),
    "equal": binary(lambda a, b: (a == b).float()),
    "select": select,
    "negate": unary(torch.neg),
    "exp": unary(torch.exp),
    "sqrt": unary(torch.sqrt),
    "square": unary(torch.square),
    "tanh": unary(torch.tanh),
    "sigmoid": unary(torch.sigmoid),
    "silu": unary(F.silu),
    "gelu": unary(lambda x: F.gelu(x, approximate="tanh")),
    "relu": unary(F.relu),
    "elu": unary(F.elu),
    "stopGradient": unary(lambda x: x.detach()),
    "cast": lambda node, nodes, x: x.to(DTYPES[node["dtype"]]),
    "sum": reduced(torch.sum),
    "mean": reduced(torch.mean),
    "softmax": softmax,
    "standardize": lambda node, nodes, x: F.layer_norm(x, x.shape[-1:], eps=node["attributes"]["epsilon"]),
    "rmsNormalize": lambda node, nodes, x: normalize(x, 1 / x.shape[-1], node["attributes"]["epsilon"]),
    "l2Normalize": lambda node, nodes, x: normalize(x, 1, node["attributes"]["epsilon"]),
    "matmul": matmul,
    "outer": lambda node, nodes, a, b: a.unsqueeze(-1) * b.unsqueeze(-2),
    "squaredDistance": squared_distance,
    "concat": concat,
    "slice": slice_of,
    "reshape": lambda node, nodes, x: x.reshape(batch_shape(x, nodes[0], node["shape"])),
    "transpose": transpose,
    "broadcast": broadcast,
    "gather": lambda node, nodes, table, indices: F.embedding(indices, table),
    "oneHot": lambda node, nodes, indices: F.one_hot(indices, node["attributes"]["depth"]).float(),
    "push": lambda node, nodes, buffer, row: torch.cat([row.unsqueeze(-2), buffer[:, :-1]], 1),
    "crossEntropy": cross_entropy,
}


def live_nodes(graph, last):
    wanted = {graph["loss"]} | {state["start"] for state in graph["states"]}
    if not last:
        wanted |= {state["next"] for state in graph["states"]}
    for node in reversed(graph["nodes"]):
        if node["id"] in wanted:
            wanted.update(node["inputs"])
    return sorted(wanted)


def run_step(graph, parameters, constants, inputs, state, size, last):
    nodes = graph["nodes"]
    states = {spec["node"]: spec for spec in graph["states"]}
    values = {}
    for index in live_nodes(graph, last):
        node = nodes[index]
        op = node["op"]
        if op == "parameter":
            values[index] = parameters[node["attributes"]["name"]]
        elif op == "input":
            values[index] = inputs[node["attributes"]["name"]]
        elif op == "constant":
            values[index] = constants[index]
        elif op != "state":
            operands = [nodes[i] for i in node["inputs"]]
            values[index] = OPS[op](node, operands, *(values[i] for i in node["inputs"]))
        else:
            spec = states[index]
            # A start value is unbatched and may come later in the list than its state.
            start = values.get(spec["start"])
            if start is None:
                start = constants.get(spec["start"], parameters.get(nodes[spec["start"]]["attributes"].get("name")))
            given = state.get(spec["name"])
            values[index] = start.expand(size, *spec["shape"]) if given is None else given
    return values[graph["loss"]], {} if last else {spec["name"]: values[spec["next"]] for spec in graph["states"]}


def total_loss(program, parameters, constants, batch):
    size = batch["size"]
    state, token, total = {}, 0, 0
    for number, variant in enumerate(program["schedule"]):
        graph = program["variants"][variant]
        tokens = graph["tokens"]
        cut = (lambda x: x[:, token]) if graph["unit"] == "token" else (lambda x: x[:, token : token + tokens])
        inputs = {name: cut(x) for name, x in batch["inputs"].items()}
        last = number == len(program["schedule"]) - 1
        loss, state = run_step(graph, parameters, constants[variant], inputs, state, size, last)
        total = total + loss.sum()
        token += tokens
    return total


def main():
    workload = json.load(sys.stdin)
    program = workload["program"]
    parameters = {name: tensor(entry).requires_grad_() for name, entry in workload["parameters"].items()}
    batch = workload["batch"]
    batch["inputs"] = {name: tensor(entry) for name, entry in batch["inputs"].items()}
    constants = [
        {
            node["id"]: tensor({"data": node["attributes"]["data"], "shape": node["shape"], "dtype": node["dtype"]})
            for node in graph["nodes"]
            if node["op"] == "constant"
        }
        for graph in program["variants"]
    ]
    optimizer = torch.optim.AdamW(parameters.values(), lr=1e-4, weight_decay=0.01)

    def step():
        optimizer.zero_grad()
        loss = total_loss(program, parameters, constants, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1)
        optimizer.step()
        return loss.item()

    first_loss = step()
    begin = time.perf_counter()
    best = float("inf")
    while best == float("inf") or time.perf_counter() - begin < 6:
        start = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"msPerStep": best * 1000, "firstLoss": first_loss}))


main()
