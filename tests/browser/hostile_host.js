// A host page's script that means ill. Whatever it can read ends up in window.loot; tests/browser/test_hostile.py looks there.
window.loot = [];
window.heard = [];
window.roots = [];
const take = (what) => window.loot.push(typeof what === "string" ? what : JSON.stringify(what) ?? String(what));

// Before launcher.js: listen to everything, keep every shadow root, copy what is posted.
window.addEventListener("message", (event) => { window.heard.push(event.data); take(event.data); }, true);
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, { ...options, mode: "open" });
  window.roots.push(root);
  return root;
};

/** Try one thing; a refusal is loot too: it must not carry words either. */
async function attempt(name, act) {
  try {
    const got = await act();
    take(`${name}: ${typeof got === "string" ? got : JSON.stringify(got)}`);
    return got;
  } catch (refusal) {
    take(`${name} refused: ${refusal.message}`);
    return null;
  }
}

function socket(url, frames) {
  return new Promise((done) => {
    const got = [];
    const one = new WebSocket(url);
    one.onopen = () => { got.push("open"); frames.forEach((frame) => one.send(JSON.stringify(frame))); };
    one.onmessage = (event) => { got.push(event.data); take(event.data); };
    one.onclose = () => done(got);
    setTimeout(() => { one.close(); done(got); }, 1500);
  });
}

/** Read everything that can be read of a frame. */
async function read(frame) {
  await attempt("contentDocument", () => frame.contentDocument && frame.contentDocument.documentElement.outerHTML);
  await attempt("document", () => frame.contentWindow.document.body.innerText);
  await attempt("location", () => frame.contentWindow.location.href);
  await attempt("sessionStorage", () => ({ ...frame.contentWindow.sessionStorage }));
  await attempt("eval", () => frame.contentWindow.eval("document.body.innerText"));
  await attempt("name", () => frame.contentWindow.name);
  await attempt("named frames", () => window[0].document.body.innerText);
}

window.attack = async (base) => {
  const frames = [...document.querySelectorAll("iframe"), ...window.roots.flatMap((root) => [...root.querySelectorAll("iframe")])];
  for (const frame of frames) await read(frame);
  for (const root of window.roots) take(root.innerHTML);
  take(document.documentElement.outerHTML);
  for (const message of [{ varsam: "hello" }, { varsam: "exit" }, { type: "start", token: null, after: 0 }, { varsam: "read" }, "token", null]) {
    for (const frame of frames) frame.contentWindow.postMessage(message, "*");
  }
  await attempt("own storage", () => ({ ...sessionStorage, ...localStorage, cookie: document.cookie }));
  await attempt("timing", () => performance.getEntries().map((entry) => entry.name));
  const start = { frames: [{ type: "start", token: null, after: 0 }] };
  const results = {};
  const call = async (name, path, options) => {
    results[name] = await attempt(name, async () => (await fetch(base + path, options)).text());
  };
  await call("post", "/api/chat", { method: "POST", credentials: "include", body: JSON.stringify(start) });
  await call("get", "/api/chat?after=0", { credentials: "include" });
  await call("get with token", "/api/chat?after=0", { credentials: "include", headers: { Authorization: "Bearer guess" } });
  await call("blind post", "/api/chat", { method: "POST", mode: "no-cors", body: JSON.stringify(start) });
  await call("page", "/chat?embed=1", { credentials: "include" });
  await call("settings", "/chat/settings.json", {});
  await call("queue", "/console/api/queue", { credentials: "include" });
  const ws = base.replace("http", "ws");
  results.chatSocket = await socket(`${ws}/ws/chat`, [{ type: "start", token: "guess", after: 0 }, { type: "start", token: "gissning", after: 0 }]);
  results.consoleSocket = await socket(`${ws}/console/ws`, []);
  const opened = window.open(`${base}/chat`);
  await attempt("opened window", () => opened.document.body.innerText);
  return results;
};
