// Reads {rules, requests} from a file; prints, for each request, whether the Node SDK traces it.
const { readFileSync } = require("node:fs");
const [sampler, rules, requests] = process.argv.slice(2);
const LocalSampler = require(sampler);
LocalSampler.setLocalRules(rules);
const decided = JSON.parse(readFileSync(requests, "utf8")).map((request) => LocalSampler.shouldSample(request));
console.log(JSON.stringify(decided));
