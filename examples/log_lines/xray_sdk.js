// An app with the X-Ray SDK whose log lines carry the trace's id.
const AWSXRay = require("aws-xray-sdk-core");

AWSXRay.setContextMissingStrategy("IGNORE_ERROR");
const log = (message) => {
  const segment = AWSXRay.getSegment();
  console.error(`WARN ${segment ? segment.trace_id : "-"} ${message}`);
};

log("started");
AWSXRay.getNamespace().run(() => {
  const segment = new AWSXRay.Segment("orders");
  AWSXRay.setSegment(segment);
  log("paid");
  console.log(segment.trace_id);
  segment.close();
});
