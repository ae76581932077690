import { expect } from "chai";

import type { Chain } from "../../../l2/chain/chain.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { openChain } from "../../../testkit/l2/fixtures.ts";

const PAGE = "https://app.example";

describe("JSON-RPC for web pages (CORS)", () => {
  let chain: Chain;
  let server: RpcServer | undefined;

  beforeEach(async () => {
    chain = await openChain();
  });

  afterEach(async () => {
    await server?.close();
    await chain.close();
  });

  async function serve(cors?: readonly string[]): Promise<string> {
    server = new RpcServer({ chain, port: 0, cors, maxBodyBytes: 1_000 });
    return await server.listen();
  }

  /** The CORS headers of an answer, and its status. */
  async function ask(url: string, init: RequestInit, origin = PAGE): Promise<Record<string, unknown>> {
    const headers = { "content-type": "application/json", ...(init.headers as Record<string, string>), origin };
    const response = await fetch(url, { ...init, headers });
    const found = [...response.headers].filter(([name]) => name === "vary" || name.startsWith("access-control-"));
    return { status: response.status, ...Object.fromEntries(found) };
  }

  const call = (method: string): RequestInit => ({
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method }),
  });

  it("answers a preflight with the headers that the page asked for", async () => {
    const url = await serve([PAGE, "https://other.example"]);
    const headers = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-client",
    };
    expect(await ask(url, { method: "OPTIONS", headers })).to.deep.equal({
      status: 204,
      vary: "Origin, Access-Control-Request-Headers",
      "access-control-allow-origin": PAGE,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type,x-client",
      "access-control-max-age": "7200",
    });
    expect(await ask(url, { method: "OPTIONS" })).to.include({ "access-control-allow-headers": "content-type" });
  });

  it("lets the page read answers and errors", async () => {
    const url = await serve([PAGE]);
    const readable = { vary: "Origin", "access-control-allow-origin": PAGE };
    expect(await ask(url, call("eth_chainId"))).to.deep.equal({ status: 200, ...readable });
    expect(await ask(url, call("eth_nothing"))).to.deep.equal({ status: 200, ...readable });
    expect(await ask(url, { method: "POST", body: "{" })).to.deep.equal({ status: 200, ...readable });
    expect(await ask(url, { method: "POST", body: "0".repeat(1_001) })).to.deep.equal({ status: 413, ...readable });
    expect(await ask(`${url}/elsewhere`, call("eth_chainId"))).to.deep.equal({ status: 404, ...readable });
  });

  it("allows every origin for *", async () => {
    const url = await serve(["*"]);
    expect(await ask(url, { method: "OPTIONS" }, "https://any.example")).to.include({
      status: 204,
      "access-control-allow-origin": "*",
    });
    expect(await ask(url, call("eth_chainId"))).to.include({ "access-control-allow-origin": "*" });
  });

  it("allows no other origin, and none unless it is told", async () => {
    const url = await serve([PAGE]);
    for (const origin of ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"]) {
      const preflight = await ask(url, { method: "OPTIONS" }, origin);
      expect(preflight, origin).to.deep.equal({ status: 204, vary: "Origin, Access-Control-Request-Headers" });
      expect(await ask(url, call("eth_chainId"), origin)).to.deep.equal({ status: 200, vary: "Origin" });
    }
    await server?.close();
    const silent = await serve();
    expect(await ask(silent, { method: "OPTIONS" })).to.deep.equal({ status: 404 });
    expect(await ask(silent, call("eth_chainId"))).to.deep.equal({ status: 200 });
  });
});
