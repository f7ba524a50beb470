// An app under AWS's distribution for Node. Each line of its input is a round of five requests.
const readline = require("readline");
const { createRequire } = require("module");
const { context, propagation, trace, SpanKind } = createRequire(process.argv[2])("@opentelemetry/api");
const tracer = trace.getTracer("shop");
const CALLERS = {
  w3c: { traceparent: "00-68d5f1c0aaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01" },
  xray: { "x-amzn-trace-id": "Root=1-68d5f1c0-cccccccccccccccccccccccc;Parent=dddddddddddddddd;Sampled=1" },
};
readline.createInterface({ input: process.stdin })
  .on("line", async (round) => {
    for (let request = 0; request < 5; request += 1) {
      tracer.startSpan(round, { root: true, kind: SpanKind.SERVER }).end();
    }
    const attributes = { "http.request.method": "DELETE", "http.method": "DELETE" };
    tracer.startSpan(`${round} deleted`, { root: true, attributes }).end();
    const called = {};
    for (const [caller, headers] of Object.entries(CALLERS)) {
      const parent = propagation.extract(context.active(), headers);
      const span = tracer.startSpan(`from ${caller}`, { kind: SpanKind.SERVER }, parent);
      called[caller] = {};
      propagation.inject(trace.setSpan(parent, span), called[caller]);
      span.end();
    }
    await trace.getTracerProvider().getDelegate().forceFlush();
    console.log(`answer ${JSON.stringify(called)}`);
  })
  .on("close", () => process.exit(0));
