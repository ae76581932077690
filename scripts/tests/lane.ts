/** A process that runs test files for its parent, one after the other. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";

import { END_OF_FILE, type FileResult, type Order } from "./protocol.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** How a file ended, with all that was printed meanwhile. */
export interface Outcome extends FileResult {
  readonly output: string;
  readonly seconds: number;
}

/** Starts a process where there is none, and again where one ended in the middle of a file. */
export class Lane {
  readonly #env: NodeJS.ProcessEnv;
  readonly #script: string;
  #worker: ChildProcess | undefined;

  /**
   * @param env What the process has in its environment, beside its parent's.
   * @param script What it runs; the worker of the tests if absent.
   */
  constructor(env: NodeJS.ProcessEnv, script = WORKER) {
    this.#env = env;
    this.#script = script;
  }

  /** Runs a file. A process that ends meanwhile counts as a failure of the file. */
  async run(order: Order): Promise<Outcome> {
    const started = performance.now();
    const worker = (this.#worker ??= this.#start());
    const lines: string[] = [];
    const result = await new Promise<FileResult>((resolve) => {
      const output = new PassThrough();
      const reader = createInterface({ input: output });
      worker.stdout!.pipe(output, { end: false });
      worker.stderr!.pipe(output, { end: false });
      const settle = (value: FileResult): void => {
        worker.off("close", died);
        worker.stdout!.unpipe(output);
        worker.stderr!.unpipe(output);
        reader.close();
        resolve(value);
      };
      const died = (code: number | null, signal: string | null): void => {
        this.#worker = undefined;
        const why = `${order.file}: the process ended with ${signal ?? String(code)}`;
        settle({ file: order.file, passed: 0, failed: [why], skipped: [], left: 0 });
      };
      worker.once("close", died);
      reader.on("line", (line) => {
        if (line.startsWith(END_OF_FILE)) settle(JSON.parse(line.slice(END_OF_FILE.length)) as FileResult);
        else lines.push(line);
      });
      worker.send(order);
    });
    return {
      ...result,
      output: lines.join("\n").replace(/^\s*\n|\s+$/g, ""),
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** Ends the process, with all that it started. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const exited = once(worker, "exit");
    worker.kill("SIGTERM");
    await exited;
  }

  #start(): ChildProcess {
    return fork(this.#script, { env: { ...process.env, ...this.#env }, silent: true });
  }
}
