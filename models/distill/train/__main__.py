"""python3 -m train <command>, from the folder models/distill; `--help` lists all."""
import argparse
import json
from pathlib import Path

from .settings import Settings, add_options, read_options


def main() -> None:
    parser = argparse.ArgumentParser(prog="train")
    commands = parser.add_subparsers(dest="command", required=True)

    toy = commands.add_parser("toy", help="write a small data set that can be learnt in seconds")
    toy.add_argument("--out", type=Path, required=True)
    toy.add_argument("--count", type=int, default=4000)

    run = commands.add_parser("run", help="prepare, train, calibrate; goes on where it was stopped")
    run.add_argument("--data", type=Path, required=True)
    run.add_argument("--run", type=Path, required=True)
    run.add_argument("--initial", type=Path, help="a GGUF of ours to refine")
    add_options(run)

    speed = commands.add_parser("speed", help="measure tokens per second on 1 and on 2 threads")
    add_options(speed)

    commands.add_parser("test", help="check gradients, batches and schedule")

    arguments = parser.parse_args()
    if arguments.command == "toy":
        from .toy import write_toy

        write_toy(arguments.out, arguments.count)
    elif arguments.command == "test":
        from .self_test import self_test

        self_test()
    elif arguments.command == "speed":
        from .speed import measure_speed

        for threads in (1, 2):
            print(json.dumps(measure_speed(read_options(arguments, Settings()), threads)), flush=True)
    else:
        from .run import run_all

        run_all(arguments.data, arguments.run, arguments.initial, arguments)


main()
