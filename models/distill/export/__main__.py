"""python3 -m export <command>, from the folder models/distill; `--help` lists all."""
import argparse
import json
from pathlib import Path

from .export import export
from .reference import write_reference


def main() -> None:
    parser = argparse.ArgumentParser(prog="export")
    commands = parser.add_subparsers(dest="command", required=True)

    model = commands.add_parser("model", help="write the best weights of a run as GGUF")
    model.add_argument("--run", type=Path, required=True)
    model.add_argument("--out", type=Path, required=True)
    model.add_argument("--name", default="sidecar-student")
    model.add_argument("--f32", action="store_true", help="do not quantize")

    reference = commands.add_parser("reference", help="write the trainer's logits of test examples")
    reference.add_argument("--data", type=Path, required=True)
    reference.add_argument("--run", type=Path, required=True)
    reference.add_argument("--out", type=Path, required=True)
    reference.add_argument("--count", type=int, default=500)

    arguments = parser.parse_args()
    if arguments.command == "model":
        print(json.dumps(export(arguments.run, arguments.out, arguments.name, not arguments.f32)))
    else:
        write_reference(arguments.data, arguments.run, arguments.out, arguments.count)


main()
