import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import type { Command } from "commander";

import {
  address,
  agentCommand,
  ether,
  gwei,
  integer,
  oneOf,
  privateKey,
  url,
  urls,
} from "../../../agents/cli/flags.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Configuration", () => {
  const file = (content: unknown): string => {
    const name = join(temporaryDirectory(), "config.json");
    writeFileSync(name, typeof content === "string" ? content : JSON.stringify(content));
    return name;
  };

  const command = (): Command =>
    agentCommand("role", "Does something", [
      { name: "l1-url", value: "url", description: "L1", parse: url, required: true },
      { name: "confirmations", value: "blocks", description: "Depth", parse: integer(1, 100), default: 2 },
      { name: "register", description: "Register" },
    ])
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .action(() => undefined);

  const parse = async (args: string[], env: Record<string, string> = {}): Promise<Record<string, unknown>> => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const parsed = await command().parseAsync(args, { from: "user" });
      return parsed.opts<Record<string, unknown>>();
    } finally {
      for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  };

  const failure = async (args: string[], env: Record<string, string> = {}): Promise<string> => {
    try {
      await parse(args, env);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("was accepted");
  };

  it("prefers a flag to the environment, that to the file, and that to the default", async () => {
    const config = file({ l1Url: "http://file:1", confirmations: 3, register: true });
    expect(await parse(["--config", config])).to.include({ l1Url: "http://file:1", confirmations: 3, register: true });
    const env = { METIS_L1_URL: "http://env:1", METIS_CONFIRMATIONS: "4" };
    expect(await parse(["--config", config], env)).to.include({ l1Url: "http://env:1", confirmations: 4 });
    const flags = ["--config", config, "--l1-url", "http://flag:1", "--confirmations", "5"];
    expect(await parse(flags, env)).to.include({ l1Url: "http://flag:1", confirmations: 5 });
    expect(await parse(["--l1-url", "http://flag:1"])).to.include({ confirmations: 2 });
  });

  it("takes the name of the file from the environment as well", async () => {
    expect(await parse([], { METIS_CONFIG: file({ l1Url: "http://file:1" }) })).to.include({ l1Url: "http://file:1" });
  });

  it("names what is missing, unknown or malformed, in one line", async () => {
    expect(await failure([])).to.equal("--l1-url is missing; it can also be set by METIS_L1_URL or in --config");
    const unknown = await failure(["--config", file({ l1url: "http://a" })]);
    expect(unknown).to.contain('"l1url"').and.to.contain("l1Url, confirmations, register");
    expect(await failure(["--l1-url", "localhost"])).to.contain("Expected an address like http://127.0.0.1:8545");
    expect(await failure(["--l1-url", "http://a", "--confirmations", "0"])).to.contain("from 1 to 100");
    expect(await failure(["--config", file({ l1Url: "http://a", confirmations: "many" })])).to.contain("from 1 to 100");
    expect(await failure(["--config", file({ l1Url: ["http://a"] })])).to.contain("expected a string or a number");
    expect(await failure(["--config", file({ register: "yes" })])).to.contain("expected true or false");
    expect(await failure(["--config", file("{")])).to.contain("cannot read --config");
    expect(await failure(["--config", file("[]")])).to.contain("must hold one JSON object");
    expect(await failure(["--config", "/nowhere.json"])).to.contain("/nowhere.json");
    for (const message of [unknown]) expect(message).not.to.contain("\n");
  });

  it("tells every flag and its variable in the help", () => {
    const help = command().helpInformation();
    for (const text of [
      "--l1-url <url>",
      "METIS_L1_URL",
      "--confirmations <blocks>",
      "METIS_CONFIRMATIONS",
      "default: 2",
    ]) {
      expect(help).to.contain(text);
    }
  });

  it("reads amounts, accounts, keys and lists", () => {
    const key = `0x${"12".repeat(32)}`;
    expect(ether("1.5")).to.equal(1_500_000_000_000_000_000n);
    expect(gwei("1.5")).to.equal(1_500_000_000n);
    expect(gwei("30")).to.equal(30_000_000_000n);
    expect(urls("http://a:1,https://b/")).to.deep.equal(["http://a:1", "https://b"]);
    expect(oneOf(["info", "warn"])("warn")).to.equal("warn");
    expect(privateKey(key)).to.equal(key);
    expect(privateKey(file(`${key}\n`))).to.equal(key);
    expect(address("0x00000000000000000000000000000000000000AA")).to.have.length(42);
    for (const wrong of [
      () => ether("much"),
      () => ether("-1"),
      () => gwei("1e3"),
      () => urls("ftp://a"),
      () => oneOf(["info"])("loud"),
      () => address("0x12"),
      () => privateKey("/nowhere"),
      () => privateKey(file("0x12")),
    ]) {
      expect(wrong).to.throw(/^(Expected|The file)/);
    }
    expect(() => privateKey(`0x${"ab".repeat(31)}`))
      .to.throw()
      .and.not.to.match(/abab/);
  });
});
