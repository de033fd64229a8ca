"""Runs commands of the AWS CLI in one process, where a command costs milliseconds instead of a second.

Each line of standard input is a JSON object with the arguments and the environment of a command; each line of standard output one with its exit code and
what it wrote. The commands are those of `aws` itself: the same driver, with the same parsing, models, signing and formatting.
"""

import io
import json
import os
import sys

from awscli.clidriver import create_clidriver


def run(arguments, environment, models):
    os.environ.update(environment)
    for name in [name for name in os.environ if name.startswith("AWS_") and name not in environment]:
        del os.environ[name]
    # What a command leaves behind in its session must not reach the next one; models never change.
    driver = create_clidriver()
    driver.session.register_component("data_loader", models)
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    try:
        code = driver.main(arguments)
    except SystemExit as exit:
        code = exit.code
    finally:
        written = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (sys.stdout, sys.stderr)]
        sys.stdout, sys.stderr = kept
    return {"code": code, "output": written[0], "error": written[1]}


def main():
    models = create_clidriver().session.get_component("data_loader")
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(run(command["arguments"], command["environment"], models)), flush=True)


main()
