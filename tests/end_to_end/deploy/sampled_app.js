// A web server with the X-Ray SDK for Node that answers whether it traces the request.
const http = require("http");
const { middleware } = require("aws-xray-sdk-core");
const server = http.createServer((request, response) => {
  const segment = middleware.traceRequestResponseCycle(request, response);
  response.end(segment.notTraced ? "untraced" : "traced");
});
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
