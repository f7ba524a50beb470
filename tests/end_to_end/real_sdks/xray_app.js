// A web server with the X-Ray SDK for Node. Each line of its input is a round of five requests.
const http = require("http");
const readline = require("readline");
const { middleware } = require("aws-xray-sdk-core");
middleware.setDefaultName("name-in-code");
const server = http.createServer((request, response) => {
  const segment = middleware.traceRequestResponseCycle(request, response);
  segment.addAnnotation("round", request.headers.round);
  response.end();
});
const CALLER = "Root=1-68d5f1c0-cccccccccccccccccccccccc;Parent=dddddddddddddddd;Sampled=1";
const ask = (port, headers) => new Promise((resolve) => {
  http.get({ port, path: "/", headers }, (response) => response.resume().on("end", resolve));
});
server.listen(0, "127.0.0.1", () => {
  readline.createInterface({ input: process.stdin })
    .on("line", async (round) => {
      for (let request = 0; request < 5; request += 1) await ask(server.address().port, { round });
      await ask(server.address().port, { round: "joined", "x-amzn-trace-id": CALLER });
      console.log(`answer ${round}`);
    })
    .on("close", () => process.exit(0));
});
