import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import type { FileStore } from "../data/file-store.ts";
import { writeSnapshot } from "../data/snapshot.ts";

/** Writes a snapshot of a store after each change (9.1, Q10). */
export class SnapshotWriter extends Agent {
  readonly #file: string;
  readonly #store: FileStore;
  #written = "";

  constructor(options: AgentOptions & { file: string }, dependencies: AgentDependencies & { store: FileStore }) {
    super(options, dependencies);
    this.#file = options.file;
    this.#store = dependencies.store;
  }

  protected override async round(): Promise<void> {
    const hashes = await this.#store.list();
    if (hashes.length === 0 || hashes.join() === this.#written) return;
    const objects = await writeSnapshot(this.#store, hashes, this.#file);
    this.#written = hashes.join();
    this.log.info({ file: this.#file, objects }, "[9.1] wrote a snapshot");
  }
}
