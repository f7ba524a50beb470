// Opens the page's views in a real browser, as a desktop and phones show them, light and dark,
// and presses its keys.
//
//     node open_page.mjs BASE FOLDER NAME=PATH…
//
// Screenshots go to FOLDER; what was measured goes to standard output as JSON.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launched } from "../../browser/launch.mjs";

const SCREENS = [[1280, 860], [390, 844], [320, 640]];
const [base, folder, ...views] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launched();

async function opened(width, height, colorScheme, path, scripted = true) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    javaScriptEnabled: scripted,
  });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("dialog", (dialog) => said.push(dialog.message()));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(base + path, { waitUntil: "load" });
  return { page, said, asked, close: () => context.close() };
}

const measured = [];
for (const view of views) {
  const [name, path] = [view.slice(0, view.indexOf("=")), view.slice(view.indexOf("=") + 1)];
  for (const [width, height] of SCREENS) {
    for (const scheme of ["light", "dark"]) {
      const { page, said, asked, close } = await opened(width, height, scheme, path);
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) });
      measured.push({ name, width, scheme, needed, said, asked });
      await close();
    }
  }
}

const keys = {};
const { page, close } = await opened(1280, 860, "light", "/traces?q=http.status+%3D+409");
const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.rowIndex ?? 0);
await page.keyboard.press("j");
await page.keyboard.press("j");
keys.jj = await focused();
await page.keyboard.press("k");
keys.k = await focused();
await page.keyboard.press("e");
keys.e = await focused();
await page.keyboard.press("/");
keys.slash = await page.evaluate(() => document.activeElement.id);
await page.keyboard.type("j");
keys.typed = await page.inputValue("#q");
await page.keyboard.press("Escape");
await page.keyboard.press("?");
keys.help = await page.evaluate(() => document.querySelector("#keys").open);
await page.keyboard.press("Escape");
await page.keyboard.press("j");
await Promise.all([page.waitForURL("**/traces/1-*"), page.keyboard.press("Enter")]);
const rows = () => page.locator(".tlrow:not(.logrow):visible").count();
keys.rows = await rows();
await page.keyboard.press("j");
await page.keyboard.press("h");
keys.folded = await rows();
await page.keyboard.press("l");
keys.unfolded = await rows();
await page.keyboard.press("Escape");
keys.panel = await page.locator(".panel").isVisible();
await Promise.all([page.waitForURL("**/traces?q=*"), page.keyboard.press("Escape")]);
await page.keyboard.press("g");
await Promise.all([page.waitForURL("**/map"), page.keyboard.press("m")]);
keys.map = new URL(page.url()).pathname;
await close();

const plain = await opened(1280, 860, "light", "/traces?q=http.status+%3D+409", false);
// Before its style sheet is there, a page shows what the sheet hides.
await Promise.all([plain.page.waitForURL("**/traces/1-*"), plain.page.click(".list .rq a")]);
const title = await plain.page.textContent("h1");
const dead = await plain.page.locator("button:visible:not(form button)").count();
await plain.close();
await browser.close();
process.stdout.write(JSON.stringify({ measured, keys, plain: { title, dead } }));
