/**
 * Compiles proofs into the folder of artifacts that Halmos reads: `out/<file>/<contract>.json`, each with its code, its
 * method identifiers, its metadata and the syntax tree of its file.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import untyped from "solc";

/** The package has no types of its own for its main entry. */
const solc = untyped as { compile: (input: string) => string };

interface StandardInput {
  settings: { outputSelection?: unknown };
}

interface Code {
  readonly object: string;
  readonly linkReferences?: unknown;
}

interface Contract {
  readonly abi: unknown;
  readonly metadata: string;
  readonly evm: {
    readonly bytecode: Code;
    readonly deployedBytecode: Code;
    readonly methodIdentifiers: Readonly<Record<string, string>>;
  };
  readonly storageLayout: unknown;
}

interface StandardOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly id: number; readonly ast: unknown }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Contract>>>>;
}

/** What a proof's function is called. */
const CHECK = /^check_/;

/**
 * Compiles, and writes the artifacts.
 *
 * @param input Standard JSON of the compiler.
 * @param folder Where they go: a folder that is there.
 * @returns The names of all proofs, as `Contract.check_…(types)`.
 * @throws Error with the compiler's words where it refuses.
 */
export function writeArtifacts(input: string, folder: string): readonly string[] {
  const asked = JSON.parse(input) as StandardInput;
  const outputs = ["abi", "metadata", "storageLayout", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers"];
  asked.settings.outputSelection = { "*": { "*": outputs, "": ["ast"] } };
  const { errors = [], sources, contracts = {} } = JSON.parse(solc.compile(JSON.stringify(asked))) as StandardOutput;
  const failure = errors.find(({ severity }) => severity === "error");
  if (failure !== undefined) throw new Error(failure.formattedMessage);

  const proofs: string[] = [];
  for (const [file, inFile] of Object.entries(contracts)) {
    const source = sources[file];
    if (source === undefined) throw new Error(`The compiler gave no syntax tree of ${file}`);
    mkdirSync(join(folder, "out", basename(file)), { recursive: true });
    for (const [name, { abi, metadata, evm, storageLayout }] of Object.entries(inFile)) {
      const artifact = {
        abi,
        bytecode: prefixed(evm.bytecode),
        deployedBytecode: prefixed(evm.deployedBytecode),
        methodIdentifiers: evm.methodIdentifiers,
        // Interfaces and abstract contracts have none.
        metadata: metadata === "" ? { compiler: { version: "" } } : (JSON.parse(metadata) as unknown),
        storageLayout,
        ast: source.ast,
        id: source.id,
      };
      writeFileSync(join(folder, "out", basename(file), `${name}.json`), JSON.stringify(artifact));
      const checks = Object.keys(evm.methodIdentifiers).filter((signature) => CHECK.test(signature));
      if (evm.bytecode.object !== "") proofs.push(...checks.map((signature) => `${name}.${signature}`));
    }
  }
  return proofs;
}

function prefixed({ object, linkReferences = {} }: Code): Code {
  return { object: `0x${object}`, linkReferences };
}
