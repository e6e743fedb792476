#!/usr/bin/env python3
"""Checks exported files with Python's own libraries: onnx, onnxruntime and safetensors.

    python3 scripts/python/check_export.py FOLDER [FOLDER ...]

A folder holds files of one model at one training step: what `npm run export` wrote, or what the page saved.

- Every ONNX file: the official checker with strict shape inference, opset and IR version, names, doc strings, metadata.
- With a sample.json: step.onnx and sequence.onnx run over its inputs, and must give its outputs and final state.
- Every safetensors file: the library reads it.
- Weights of all files, and optimizer moments where they have them, are the same bit for bit.

Leaves with 0 when everything agrees, 1 when something does not, 2 when a library or a folder is missing.
"""

import argparse
import base64
import importlib.metadata
import importlib.util
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

OPSET = 21
IR_VERSION = 10
METADATA = "memory_playground."
NEEDED = {"numpy": "numbers in Python", "onnx": "the official checker"}
PURPOSES = {**NEEDED, "safetensors": "reading safetensors files", "onnxruntime": "running the files as others would"}


def installed(name):
    return importlib.util.find_spec(name) is not None


def missing(name):
    what = f"The Python library {name} is not installed; it is for {PURPOSES[name]}."
    return f"{what} Install it with: pip install {name}"


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


class Findings:
    """What was checked in one folder, printed as it is found."""

    def __init__(self):
        self.failures = 0

    def passed(self, what):
        print(f"  ok      {what}")

    def failed(self, what):
        self.failures += 1
        print(f"  FAILED  {what}")

    def skipped(self, what):
        print(f"  –       {what}")

    def judge(self, holds, what, otherwise):
        self.passed(what) if holds else self.failed(otherwise)


def check_format(model, path, findings):
    """The checker's rules, and strict inference of every type and shape."""
    import onnx.shape_inference

    name = path.name
    try:
        onnx.checker.check_model(str(path), full_check=True)
        findings.passed(f"{name}: onnx.checker with full_check")
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        findings.failed(f"{name}: onnx.checker says: {error}")
    try:
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        findings.passed(f"{name}: strict shape inference")
    except onnx.shape_inference.InferenceError as error:
        findings.failed(f"{name}: shape inference says: {error}")
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    findings.judge(
        opsets == {"": OPSET} and model.ir_version == IR_VERSION,
        f"{name}: opset {OPSET}, IR {IR_VERSION}",
        f"{name}: opset {opsets}, IR {model.ir_version}; expected {OPSET} and {IR_VERSION}",
    )


def signature(value):
    """Element type and extents; a dynamic extent by its name."""
    tensor = value.type.tensor_type
    return tensor.elem_type, [d.dim_param if d.HasField("dim_param") else d.dim_value for d in tensor.shape.dim]


def check_names(model, path, findings):
    """What people read in a viewer, and what a loop over the step file relies on."""
    graph = model.graph
    problems = [f"“{v.name}” has no doc string" for v in [*graph.input, *graph.output] if not v.doc_string.strip()]
    if not (graph.name and graph.doc_string and model.doc_string and model.producer_name):
        problems.append("the model does not say what it is")
    nodes = [node.name for node in graph.node]
    problems += [f"two nodes are called “{name}”" for name in {n for n in nodes if nodes.count(n) > 1}]
    ends = {value.name: signature(value) for value in [*graph.input, *graph.output]}
    problems += [
        f"“{value.name}” has no dynamic batch axis" for value in graph.input if signature(value)[1][:1] != ["batch"]
    ]
    states = [value.name.removeprefix("past.") for value in graph.input if value.name.startswith("past.")]
    for state in states:
        elements, shape = past = ends[f"past.{state}"]
        if ends.get(f"present.{state}") != past:
            problems.append(f"“present.{state}” is not of the type and shape of “past.{state}”")
        if ends.get(f"start.{state}") != (elements, shape[1:]):
            problems.append(f"“start.{state}” is not “past.{state}” without its batch axis")
    findings.judge(
        not problems,
        f"{path.name}: {len(graph.input)} inputs, {len(graph.output)} outputs, {len(nodes)} nodes, named and described",
        f"{path.name}: {'; '.join(problems)}",
    )


def check_metadata(model, path, findings):
    texts = {entry.key: entry.value for entry in model.metadata_props}
    try:
        described = json.loads(texts[METADATA + "model"])
        json.loads(texts[METADATA + "run"])
        findings.passed(
            f"{path.name}: format {int(texts[METADATA + 'format'])}, model {described['id']}, "
            f"{len(described['config'])} settings"
        )
    except (KeyError, ValueError) as error:
        findings.failed(f"{path.name}: metadata cannot be read: {error!r}")


# ---- weights


def of_onnx(model):
    """Initializers that carry a name of their own, and moments as `optimizer.first.NAME` and `optimizer.second.NAME`."""
    import onnx.numpy_helper

    tensors = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    # Constants of the formulas are called constant_NUMBER; parameters never are.
    weights = {name: value for name, value in tensors.items() if not name.startswith("constant_")}
    packed = next((p.value for p in model.metadata_props if p.key == METADATA + "optimizer"), None)
    if packed is None or not installed("safetensors"):
        return weights, {}
    import safetensors.numpy

    moments = safetensors.numpy.load(base64.b64decode(packed, validate=True))
    return weights, {f"optimizer.{name}": value for name, value in moments.items()}


def of_safetensors(path):
    """The same of a safetensors file; the snapshots of a saved run are neither, and are read all the same."""
    import safetensors

    with safetensors.safe_open(str(path), framework="np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata() or {}
    moments = {name: value for name, value in tensors.items() if name.startswith("optimizer.")}
    others = moments.keys() | {name for name in tensors if name.startswith("snapshots.")}
    return {name: value for name, value in tensors.items() if name not in others}, moments, tensors, metadata


def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def compare_weights(sources, what, findings):
    """`sources`: tensors by name, for every file that has some. The first is the measure of the others."""
    (first, expected), *rest = sources
    for name, tensors in rest:
        different = sorted(expected.keys() ^ tensors.keys())
        different += [key for key in expected.keys() & tensors.keys() if not same_bits(expected[key], tensors[key])]
        count = sum(value.size for value in tensors.values())
        findings.judge(
            not different,
            f"{name}: {what} as in {first} bit for bit ({len(tensors)} tensors, {count} numbers)",
            f"{name}: {what} not as in {first}: {', '.join(different[:5])}{' …' if len(different) > 5 else ''}",
        )


# ---- numbers: in a process of its own, for some builds of onnx and onnxruntime (Debian's) cannot share one


def runner(path, runtime):
    """A function from inputs to outputs, both by name."""
    if runtime == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.strict_shape_type_inference", "1")
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return lambda inputs: dict(zip(names, session.run(names, inputs)))
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(str(path))
    return lambda inputs: dict(zip(evaluator.output_names, evaluator.run(None, inputs)))


def array(entry, real):
    import numpy as np

    return np.array(entry["data"], dtype=entry.get("dtype", real)).reshape(entry["shape"])


def difference(actual, expected):
    """The largest, absolute and over the size of the expected value where that is above one."""
    import numpy as np

    if actual is None or actual.shape != expected.shape:
        return np.inf, np.inf
    if expected.size == 0:
        return 0.0, 0.0
    apart = np.abs(actual.astype(np.float64) - expected)
    if np.isnan(apart).any():
        return np.inf, np.inf
    return float(apart.max()), float((apart / np.maximum(1, np.abs(expected))).max())


def differences(path, inputs, expected, runtime):
    """The largest differences of every part of `expected` (outputs, state), absolute and scaled."""
    results = runner(path, runtime)({name: array(entry, "float32") for name, entry in inputs.items()})
    found = {}
    for part, entries in expected.items():
        pairs = [difference(results.get(name), array(entry, "float64")) for name, entry in entries.items()]
        if pairs:
            found[part] = tuple(map(max, zip(*pairs)))
    return found


def cases_of(sample):
    """For either file its inputs, and what must come out."""
    step = sample["step"]
    state = {name: value for name, value in step["outputs"].items() if name.startswith("present.")}
    outputs = {name: value for name, value in step["outputs"].items() if name not in state}
    return [
        ("sequence.onnx", sample["inputs"], {"outputs": sample["outputs"], "state": sample["state"]}),
        ("step.onnx", step["inputs"], {"outputs": outputs, "state": state}),
    ]


def check_sample(folder, runtime, tolerance, findings, pool):
    path = folder / "sample.json"
    if not path.exists():
        findings.skipped("no sample.json: numbers are not compared")
        return
    try:
        cases = cases_of(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, ValueError) as error:
        findings.failed(f"sample.json is not one of ours: {error!r}")
        return
    for name, inputs, expected in cases:
        if not (folder / name).exists():
            continue
        if runtime == "reference" and name == "sequence.onnx":
            findings.skipped(f"{name}: not run, for the evaluator of onnx has no Scan over time as the second axis")
            continue
        try:
            found = pool.submit(differences, folder / name, inputs, expected, runtime).result()
        except Exception as error:  # whatever the runtime says of a file that it cannot load or run
            findings.failed(f"{name} in {runtime}: {error}")
            continue
        worst = max(scaled for _, scaled in found.values())
        parts = ", ".join(f"{part} within {absolute:.1e}" for part, (absolute, _) in found.items())
        text = f"{name} in {runtime}: {parts} of sample.json (scaled {worst:.1e})"
        findings.judge(worst <= tolerance, text, f"{text}, which is more than {tolerance:g}")


def check_safetensors(path, findings):
    """@returns weights and moments by name"""
    if not installed("safetensors"):
        findings.skipped(f"{path.name}: {missing('safetensors')}")
        return {}, {}
    weights, moments, tensors, metadata = of_safetensors(path)
    keys = ", ".join(sorted(metadata))
    findings.passed(f"{path.name}: read by safetensors, {len(tensors)} tensors, metadata {keys}")
    return weights, moments


def check_onnx(path, findings):
    """@returns weights and moments by name"""
    import onnx

    model = onnx.load(str(path))
    check_format(model, path, findings)
    check_names(model, path, findings)
    check_metadata(model, path, findings)
    return of_onnx(model)


def check_folder(folder, runtime, tolerance, pool):
    """@returns how many checks failed"""
    findings = Findings()
    print(folder)
    weights, moments = [], []
    for path in [*sorted(folder.glob("*.safetensors")), *sorted(folder.glob("*.onnx"))]:
        check = check_safetensors if path.suffix == ".safetensors" else check_onnx
        try:
            own, optimizer = check(path, findings)
        except Exception as error:  # every library has its own for a file that it cannot read
            findings.failed(f"{path.name} cannot be read: {error}")
            continue
        if own:
            weights.append((path.name, own))
        if optimizer:
            moments.append((path.name, optimizer))
    if not weights:
        findings.failed("there is no ONNX and no safetensors file that can be read")
    for sources, what in ((weights, "weights"), (moments, "moments")):
        if sources:
            compare_weights(sources, what, findings)
    check_sample(folder, runtime, tolerance, findings, pool)
    return findings.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference that passes (default 1e-4)")
    parser.add_argument(
        "--runtime",
        choices=["onnxruntime", "reference"],
        help="onnxruntime (default where installed), or the slow evaluator that comes with onnx",
    )
    options = parser.parse_args()
    absent = [name for name in NEEDED if not installed(name)]
    if options.runtime == "onnxruntime" and not installed("onnxruntime"):
        absent.append("onnxruntime")
    for name in absent:
        print(missing(name), file=sys.stderr)
    lost = [folder for folder in options.folders if not folder.is_dir()]
    for folder in lost:
        remedy = f"npm run export -- --model ID --out {folder}"
        print(f"There is no folder {folder}. This writes one: {remedy}", file=sys.stderr)
    if absent or lost:
        return 2
    runtime = options.runtime or ("onnxruntime" if installed("onnxruntime") else "reference")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        print(", ".join(f"{name} {version(name)}" for name in PURPOSES if installed(name)))
        failures = sum(check_folder(folder, runtime, options.tolerance, pool) for folder in options.folders)
    print(f"{failures} checks failed." if failures else "Everything agrees.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
