// A web page in a real browser that tries to use the AWS emulator on a port of this machine.
//
//     node open_pages.mjs PORT
//
// What each attempt came to goes to standard output as JSON. Pages are answered from memory, under
// the names of sites that do not exist; only the attempts themselves reach the machine.

import { launched } from "../../browser/launch.mjs";

const port = Number(process.argv[2]);
const TARGET = `http://127.0.0.1:${port}`;
const PAGES = {
  "another site": { page: "http://evil.example/", target: TARGET },
  "a server on this machine": { page: "http://127.0.0.1:9/", target: TARGET },
  // The page's own name leads to this machine once its address has been looked up.
  "a rebound name": { page: `http://rebound.example:${port}/page`, target: "" },
};

// Runs in the page: what a page can send without leave, and what it can read.
async function attempt({ target, port }) {
  const fake =
    "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request, " +
    "SignedHeaders=host, Signature=0";
  const create = JSON.stringify({ FunctionName: "evil", Role: "r", Runtime: "nodejs22.x", Handler: "a.b" });
  const ways = {
    "simple post": ["/", { method: "POST", mode: "no-cors", body: "Action=CreateUser&UserName=evil" }],
    "reset": ["/_ministack/reset", { method: "POST", mode: "no-cors" }],
    "own reset": ["/_ecs_xray/reset", { method: "POST", mode: "no-cors" }],
    "readable get": ["/_ecs_xray/health", {}],
    "readable post": ["/", { method: "POST", body: "Action=ListUsers" }],
    "signed by guess": [
      "/2015-03-31/functions",
      { method: "POST", headers: { authorization: fake }, body: create },
    ],
  };
  const found = {};
  for (const [name, [path, options]] of Object.entries(ways)) {
    try {
      const answer = await fetch(target + path, options);
      found[name] = { type: answer.type, status: answer.status, text: await answer.text() };
    } catch (error) {
      found[name] = { type: "error", status: 0, text: String(error) };
    }
  }
  found.websocket = await new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/_aws/execute-api/a/prod`);
    socket.onopen = () => resolve({ type: "open", status: 0, text: "" });
    socket.onerror = () => resolve({ type: "error", status: 0, text: "" });
  });
  return found;
}

const browser = await launched(
  // Chromium's own lock on requests to the loopback address would hide what the server does.
  "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
  "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--no-proxy-server",
);
const tried = {};
for (const [name, { page: address, target }] of Object.entries(PAGES)) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const statuses = {};
  page.on("response", (answer) => {
    statuses[`${answer.request().method()} ${new URL(answer.url()).pathname}`] = answer.status();
  });
  await page.route(address, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>evil</title>" }),
  );
  await page.goto(address);
  tried[name] = { found: await page.evaluate(attempt, { target, port }), statuses };
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(tried));
