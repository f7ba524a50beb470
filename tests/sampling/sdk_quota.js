// Gives the X-Ray SDK for Node a quota as X-Ray does, and prints what its reservoir makes of it.
const http = require("http");
const folder = "aws-xray-sdk-core/dist/lib/middleware/sampling";
const connector = require(`${folder}/service_connector`);
const daemon = require("aws-xray-sdk-core/dist/lib/daemon_config");
const Rule = require(`${folder}/sampling_rule`);
const rule = new Rule("cart", 1, 0, 5, "*", "*", "*", "*", "*");
const now = Math.floor(Date.now() / 1000);
const target = {
  RuleName: "cart", FixedRate: 0, ReservoirQuota: 5, ReservoirQuotaTTL: now + 300, Interval: 10,
};
const server = http.createServer((request, response) => {
  request.resume();
  response.end(JSON.stringify({ SamplingTargetDocuments: [target], LastRuleModification: now }));
});
server.listen(0, "127.0.0.1", () => {
  daemon.tcp_ip = "127.0.0.1";
  daemon.tcp_port = server.address().port;
  connector.fetchTargets([rule], (error, targets) => {
    if (error) throw error;
    const { quota, TTL, interval } = targets.cart;
    const reservoir = rule.getReservoir();
    reservoir.loadNewQuota(quota, TTL, interval);
    const taken = { quota: reservoir.quota, take: 0, borrow: 0 };
    for (let request = 0; request < 10; request += 1) {
      const decision = reservoir.borrowOrTake(now, rule.canBorrow());
      if (decision) taken[decision] += 1;
    }
    console.log(JSON.stringify(taken));
    server.close();
    process.exit(0);
  });
});
