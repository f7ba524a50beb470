// Opens the page's views in a real browser, as a desktop and phones show them, light and dark,
// presses its keys, and lets it hear of a new trace.
//
//     node open_page.mjs FOLDER PAGES NAME=PATH…
//
// PAGES is JSON, addresses by name: "base", "large" with many traces, "fresh" with none yet, and
// "ended" whose credentials are. "large" gets a trace once FOLDER/put is there, "fresh" its first
// once FOLDER/first is, and a log line once FOLDER/late is; FOLDER/….done says so. A path is of
// "base", or has the name of a page before it: large:/map.
// Screenshots go to FOLDER; what was measured goes to standard output as JSON.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launched } from "../../browser/launch.mjs";

const SCREENS = [[1280, 860], [390, 844], [320, 640]];
const PATIENCE = 120_000;
const [folder, addresses, ...views] = process.argv.slice(2);
const pages = JSON.parse(addresses);
const { base, large, fresh } = pages;
const whole = (path) => {
  const name = path.slice(0, path.indexOf(":"));
  return name in pages ? pages[name] + path.slice(name.length + 1) : base + path;
};
const asked = async (name) => {
  writeFileSync(join(folder, name), "");
  while (!existsSync(join(folder, `${name}.done`))) await new Promise((done) => setTimeout(done, 20));
};
const everyPicture = process.env.EVERY_PICTURE === "1";
mkdirSync(folder, { recursive: true });
const browser = await launched();

async function opened(width, height, options = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const heard = { said: [], asked: [] };
  page.on("console", (message) => heard.said.push(message.text()));
  page.on("pageerror", (error) => heard.said.push(String(error)));
  page.on("dialog", (dialog) => heard.said.push(dialog.message()));
  page.on("request", (request) => heard.asked.push(request.url()));
  return { page, heard, close: () => context.close() };
}

const measured = [];
for (const [width, height] of SCREENS) {
  for (const colorScheme of ["light", "dark"]) {
    const { page, heard, close } = await opened(width, height, { colorScheme });
    for (const view of views) {
      const [name, path] = [view.slice(0, view.indexOf("=")), view.slice(view.indexOf("=") + 1)];
      Object.assign(heard, { said: [], asked: [] });
      await page.goto(whole(path));
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      if (name === "traces" || everyPicture) {
        await page.screenshot({
          path: join(folder, `${name}-${width}-${colorScheme}.png`),
          fullPage: everyPicture,
        });
      }
      measured.push({ name, width, scheme: colorScheme, needed, ...heard });
    }
    await close();
  }
}

const keys = {};
const { page, heard, close } = await opened(1280, 860);
const FILTERED = "/traces?q=http.status+%3D+409";
await page.goto(base + FILTERED);
const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.rowIndex ?? 0);
const press = async (...all) => {
  for (const key of all) await page.keyboard.press(key);
};
const leads = (to, ...all) => Promise.all([page.waitForURL(to), press(...all)]);
const path = () => new URL(page.url()).pathname;
await press("j", "j");
keys.jj = await focused();
await press("k");
keys.k = await focused();
await press("e");
keys.e = await focused();
await press("Alt+j");
keys.alt = await focused();
await press("ArrowDown");
keys.down = await focused();
await press("ArrowUp");
keys.up = await focused();
await press("/");
keys.slash = await page.evaluate(() => document.activeElement.id);
await page.keyboard.type("j");
keys.typed = await page.inputValue("#q");
await press("Escape", "Escape");
keys.kept = await page.inputValue("#q");
await press("?");
keys.help = await page.evaluate(() => document.querySelector("#keys").open);
await press("Escape", "j");
const ids = await page.locator(".list .rq a").evaluateAll((all) => all.map((a) => a.pathname));
await leads("**/traces/1-*", "Enter");
keys.first = path() === ids[0];
await leads(`**${ids[1]}?*`, "]");
keys.next = path() === ids[1];
await leads(`**${ids[0]}?*`, "[");
keys.previous = path() === ids[0];
const rows = () => page.locator(".tlrow:not(.logrow):visible").count();
keys.rows = await rows();
await page.locator(".tlrow .nm a").first().focus();
await press("h");
keys.h = await rows();
await press("l");
keys.l = await rows();
await press("ArrowLeft");
keys.folded = await rows();
await press("ArrowRight");
keys.unfolded = await rows();
await press("Escape");
keys.panel = await page.locator(".panel").isVisible();
keys.returned = await page.evaluate(() => document.activeElement.closest("[aria-selected]") !== null);
await leads("**/traces?q=*", "Escape");
await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
await press("y");
keys.link = await page.evaluate(() => navigator.clipboard.readText());
await leads("**/map", "g", "m");
keys.map = path();
await leads("**/traces", "g", "t");
keys.traces = path();
await leads("**/logs", "g", "l");
keys.logs = path();
await leads("**/traces", "g", "t");
await press("?");
await page.uncheck("#single");
await press("Escape", "j");
keys.off = await focused();
await press("?");
keys.stillOff = await page.evaluate(() => document.querySelector("#keys").open);
await close();

// A range of a chart: dragged, chosen by keys, written.
const chart = await opened(1280, 860);
const range = {};
await chart.page.goto(`${base}/traces`);
const bars = chart.page.locator('svg[aria-label^="Response times"] a');
const box = await bars.first().locator("..").boundingBox();
const at = (number) => [box.x + ((number + 0.5) / 37) * box.width, box.y + 60];
await chart.page.mouse.move(...at(10));
await chart.page.mouse.down();
await chart.page.mouse.move(...at(15), { steps: 4 });
range.drawn = await chart.page.locator(".brush").count();
await Promise.all([chart.page.waitForURL("**rt=*"), chart.page.mouse.up()]);
range.dragged = new URL(chart.page.url()).searchParams.get("rt");
await chart.page.goto(`${base}/traces`);
range.wanted = await bars.evaluateAll((all) =>
  [[10, 15], [0, 2]].map(([one, other]) => {
    const ends = [one, other].map((n) => new URL(all[n].getAttribute("href"), location).searchParams.get("rt").split(".."));
    return `${ends[0][0]}..${ends[1][1]}`;
  }),
);
await bars.first().focus();
for (const key of ["Shift+ArrowRight", "Shift+ArrowRight"]) await chart.page.keyboard.press(key);
await Promise.all([chart.page.waitForURL("**rt=*"), chart.page.keyboard.press("Enter")]);
range.pressed = new URL(chart.page.url()).searchParams.get("rt");
await chart.page.fill("#slow", "40");
await chart.page.fill("#fast", "60");
await Promise.all([chart.page.waitForURL("**above=40*"), chart.page.press("#fast", "Enter")]);
range.written = await chart.page.textContent("#lh");
range.link = await chart.page.evaluate(() => document.querySelector("#main").dataset.link);
// A log line points into the timeline.
await chart.page.goto(whole(views.find((view) => view.startsWith("trace=")).slice(6)));
await chart.page.locator(".logs [data-at]").first().hover();
range.moments = await chart.page.locator(".moment").count();
range.lanes = await chart.page.locator(".tlrow .lane svg").count();
// A call of the map opens its figures, and closes on the row that has it.
await chart.page.goto(`${base}/map`);
await Promise.all([
  chart.page.waitForURL("**edge=**"),
  chart.page.locator(".map .edge text.s").first().click(),
]);
range.edge = await chart.page.locator(".panel h2").textContent();
range.opened = await chart.page.evaluate(() => document.activeElement.id);
await chart.page.keyboard.press("Escape");
range.closed = await chart.page.evaluate(() => document.activeElement.textContent);
range.row = await chart.page.locator(".calls [aria-current] td:first-child").textContent();
range.complaints = chart.heard.said;
await chart.close();

const live = {};
const many = await opened(1280, 860);
const shown = many.page;
await shown.goto(`${large}/traces`);
await shown.waitForSelector('.live[data-state="live"]');
const top = () => shown.locator(".list .rq a").first().getAttribute("href");
const before = await top();
await asked("put");
await shown.waitForSelector(".news:visible");
live.said = await shown.textContent(".news button");
live.moved = (await top()) !== before;
await shown.keyboard.press(".");
await shown.waitForFunction((old) => document.querySelector(".list .rq a").getAttribute("href") !== old, before);
live.axes = many.heard.asked.filter((url) => /\/fragment\/traces\?.*&axes=[\d.]+,[\d.]+,[\d.]+$/.test(url)).length;
live.hidden = await shown.locator(".news").isHidden();
await shown.keyboard.press(" ");
live.paused = await shown.locator(".live").getAttribute("data-state");
await shown.keyboard.press("Space");
await shown.waitForSelector('.live[data-state="live"]');

// What completion offers is taken, and the search is made.
const typed = async (text, wanted) => {
  await shown.keyboard.type(text);
  await shown.locator("#choices li", { hasText: wanted }).first().waitFor();
};
await shown.keyboard.press("/");
await typed("http.st", "http.status");
live.expanded = await shown.getAttribute("#q", "aria-expanded");
await shown.keyboard.press("Tab");
await typed("= ", "409");
while ((await shown.locator('#choices li[aria-selected="true"]', { hasText: "409" }).count()) === 0) {
  await shown.keyboard.press("ArrowDown");
}
live.active = await shown.evaluate(
  () => document.getElementById(document.querySelector("#q").getAttribute("aria-activedescendant")).textContent,
);
await shown.keyboard.press("Enter");
await shown.locator("#choices li", { hasText: "AND" }).first().waitFor();
live.written = await shown.inputValue("#q");
await shown.keyboard.press("Escape");
live.choices = await shown.locator("#choices").isVisible();
await Promise.all([shown.waitForURL("**/traces?q=*"), shown.keyboard.press("Enter")]);
live.found = await shown.textContent("#lh");

// The way of the reader: the exception in the list, the call that failed, its log lines.
await shown.goto(base + FILTERED);
live.cause = await shown.locator(".list .why b").first().textContent();
await Promise.all([shown.waitForURL("**/traces/1-*"), shown.locator(".list .rq a").first().click()]);
live.part = await shown.locator(".panel h2").textContent();
live.exception = await shown.locator(".exc b").textContent();
live.lines = await shown.locator(".logs .mine .msg").allTextContents();
live.complaints = [...many.heard.said, ...heard.said];

const styles = {};
const style = (query, name) =>
  shown.evaluate(([q, n]) => getComputedStyle(document.querySelector(q))[n], [query, name]);
const errorBar = await style(".bar.f-error", "fill");
await shown.emulateMedia({ forcedColors: "active" });
styles.pill = await style(".pill.error", "borderTopStyle");
styles.bar = (await style(".bar.f-error", "fill")) === errorBar;
await shown.emulateMedia({ forcedColors: "none", media: "print" });
styles.controls = await shown.locator(".top, .close, .title .end, .fold").evaluateAll(
  (all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).length,
);
styles.unfolded = await shown.evaluate(() =>
  [...document.querySelectorAll("details pre")].every((one) => one.getBoundingClientRect().height > 0),
);
styles.columns = await style(".cols", "display");
styles.pattern = await shown.locator('.lane rect[fill="url(#p-error)"]').count();
await many.close();

// The first trace takes the place of how far data came; a line that comes late is looked for.
const first = {};
const begun = await opened(1280, 860);
await begun.page.goto(`${fresh}/traces`);
await begun.page.waitForSelector('.live[data-state="live"]');
first.stages = await begun.page.locator(".stages li").allTextContents();
await asked("first");
await begun.page.waitForSelector(".list");
const link = await begun.page.locator(".list .rq a").first().getAttribute("href");
const late = await opened(1280, 860);
await late.page.clock.install();
await late.page.goto(fresh + link);
first.before = await late.page.locator(".logs li").count();
await asked("late");
const looks = () => late.heard.asked.filter((url) => url.includes("/fragment/traces/")).length;
for (let number = 1; number <= 6; number += 1) {
  const answer = late.page.waitForResponse("**/fragment/traces/**");
  while (looks() < number) await late.page.clock.runFor(1000);
  await (await answer).finished();
  if (number === 1) await late.page.waitForSelector(".logs li");
}
first.after = await late.page.locator(".logs .mine .msg").allTextContents();
first.ticks = await late.page.locator(".logrow").count();
await late.page.clock.runFor(60_000);
first.looks = looks();
first.complaints = [...begun.heard.said, ...late.heard.said];
await begun.close();
await late.close();

const plain = await opened(1280, 860, { javaScriptEnabled: false });
await plain.page.goto(base + FILTERED);
const reload = await plain.page.locator("noscript a, a:text('Reload')").count();
// Before its style sheet is there, a page shows what the sheet hides.
await Promise.all([
  plain.page.waitForURL("**/traces/1-*"),
  plain.page.click(".list .rq a"),
]);
const title = await plain.page.textContent("h1");
const dead = await plain.page.locator("button:visible:not(form button)").count();
await plain.close();
await browser.close();
process.stdout.write(JSON.stringify({ measured, keys, range, live, first, styles, plain: { title, dead, reload } }));
