// Prints what the X-Ray SDK for Node compares for a request, and whether its rule matches.
const core = require("aws-xray-sdk-core");
const Rule = require("aws-xray-sdk-core/dist/lib/middleware/sampling/sampling_rule");
const seen = [];
core.middleware.sampler = { shouldSample: (request) => { seen.push(request); return false; } };
const [, , pattern, url] = process.argv;
const response = { req: { method: "GET", url, headers: { host: "Shop.example.com:8080" } } };
core.middleware.resolveSampling({}, { name: "shop" }, response);
const rule = new Rule("a", 1, 1, 1, "*", "*", pattern, "*", "*");
console.log(JSON.stringify({ request: seen[0], matches: rule.match(seen[0]), work: rule.match({}) }));
