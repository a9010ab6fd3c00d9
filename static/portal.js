/* The page's own script: comfort on top of pages that work without it. No text in here: words come from #texts in layout.html.
   Parts: words and places · tokens · the session that ended · failures · focus · forms · uploads · tables. */
(() => {
  "use strict";

  /* ---- words and places ---- */

  const byId = (id) => document.getElementById(id);
  const word = (name) => byId("texts")?.dataset[name] ?? "";
  const meta = (name) => document.querySelector(`meta[name="${name}"]`);
  const clockTime = () => new Intl.DateTimeFormat("nb-NO", { hour: "2-digit", minute: "2-digit" }).format(new Date()).replace(":", ".");

  /** Read `text` aloud without moving focus. */
  function say(text) {
    const live = byId("live");
    if (live) live.textContent = live.textContent === text ? text + "\u00a0" : text;
  }

  /** Show a failure so that it is both seen and heard. */
  function showTrouble(text) {
    const box = byId("trouble");
    if (!box) return;
    box.querySelector("[data-trouble-text]").textContent = text;
    box.hidden = false;
  }

  function hideTrouble() {
    const box = byId("trouble");
    if (box) box.hidden = true;
  }

  /* ---- tokens: every htmx request carries the session's token; a poll does not keep the session alive ---- */

  function useToken(token) {
    meta("csrf-token")?.setAttribute("content", token);
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  }

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = meta("csrf-token")?.content;
    if (token) detail.headers["X-CSRFToken"] = token;
    if (detail.verb === "get" && !detail.triggeringEvent) detail.headers["X-Background"] = "1";
  });

  /* ---- the session that ended: unsent requests wait in memory until somebody has signed in in another tab ---- */

  const session = { expired: false, looking: false, again: false, unsent: new Map() };
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("kravsjekk") : null;

  /** Keep what is needed to send again: the control, and the button that was pressed. What was typed stays in the form. */
  function keepUnsent({ elt, requestConfig: request }) {
    if (request.verb === "get") return;
    const button = request.triggeringEvent?.submitter;
    session.unsent.set(elt, {
      verb: request.verb,
      path: request.path,
      values: button?.name ? { [button.name]: button.value } : {},
    });
  }

  function sessionExpired() {
    if (session.expired) return;
    session.expired = true;
    byId("session-ending").hidden = true;
    byId("session-expired").hidden = false; // an alert: read aloud, but focus stays where somebody is typing
  }

  /** Who is signed in in this browser now, and the token of that session; null without contact. */
  async function askContext() {
    try {
      return await (await fetch("/kontekst.json")).json();
    } catch {
      return null;
    }
  }

  /** With the same person back, take the new token and send what waited. */
  async function lookAgain() {
    if (!session.expired) return;
    session.again = true; // somebody may sign in while an answer from before is on its way
    if (session.looking) return;
    session.looking = true;
    let context = null;
    while (session.again && !context?.signed_in) {
      session.again = false;
      context = await askContext();
    }
    session.looking = false;
    if (!context?.signed_in) return;
    if (meta("person") && context.person !== meta("person").content) {
      showTrouble(word("otherPerson"));
      return;
    }
    session.expired = false;
    useToken(context.csrf_token);
    byId("session-expired").hidden = true;
    hideTrouble();
    const unsent = [...session.unsent].filter(([elt]) => elt.isConnected);
    session.unsent.clear();
    for (const [elt, { verb, path, values }] of unsent) htmx.ajax(verb.toUpperCase(), path, { source: elt, values });
    if (unsent.length) say(word("resent"));
    startIdleClock();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") lookAgain();
    else saveNow();
  });
  window.addEventListener("focus", lookAgain);
  tabs?.addEventListener("message", lookAgain);
  window.addEventListener("beforeunload", (event) => {
    if (session.unsent.size) event.preventDefault();
  });

  /** Warn five minutes before the idle end, with one press to stay (WCAG 2.2.1). */
  let idleTimer;
  function startIdleClock() {
    clearTimeout(idleTimer);
    const minutes = Number(meta("idle-minutes")?.content);
    if (!minutes || session.expired) return;
    byId("session-ending").hidden = true;
    idleTimer = setTimeout(() => { byId("session-ending").hidden = false; }, (minutes - 5) * 60_000);
  }

  async function stay() {
    const context = await askContext();
    if (!context) showTrouble(word("noContact"));
    else if (context.signed_in) startIdleClock();
    else sessionExpired();
  }

  /* ---- failures: nothing is swapped, so what was typed stays; the person is told ---- */

  /** The server's own message: a failed htmx request carries it in its headers and, as plain text, in its body. */
  function serverMessage(xhr) {
    try {
      const { message, code } = JSON.parse(xhr.getResponseHeader("HX-Trigger"))["portal-error"];
      return message || (code ? `${word("failed")} (${code})` : "");
    } catch {
      return "";
    }
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr, requestConfig } = detail;
    const isPage = xhr.getResponseHeader("Content-Type")?.startsWith("text/html");
    if (xhr.status < 400 || (detail.shouldSwap && isPage)) return;
    detail.shouldSwap = false;
    markSaved(requestConfig.elt, false);
    if (xhr.status === 401) {
      keepUnsent(detail);
      sessionExpired();
    } else {
      showTrouble(serverMessage(xhr) || word(xhr.status === 413 ? "tooLarge" : "failed"));
    }
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, ({ detail }) => {
      markSaved(detail.requestConfig.elt, false);
      if (detail.requestConfig.triggeringEvent) showTrouble(word("noContact"));
    });
  }

  /* ---- focus: put it back on purpose after a swap ---- */

  let lastFocus = null;

  /** Focus `element`; a region that is no control can take focus without becoming a stop for the keyboard. */
  function focusOn(element, options) {
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    element.focus(options);
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const active = document.activeElement;
    lastFocus = detail.target?.contains(active) && active !== document.body ? { id: active.id, name: active.getAttribute("name") } : null;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const region = detail.elt;
    readyPage(region);
    const wanted = region.querySelector?.("[data-focus]") ?? (region.matches?.("[data-focus]") ? region : null);
    if (wanted) wanted.focus();
    else if (region.id === "innhold") focusOn(byId("page-title") ?? region);
    else if (lastFocus && (document.activeElement === document.body || !document.activeElement)) {
      const again = (lastFocus.id && byId(lastFocus.id)) || (lastFocus.name && region.querySelector?.(`[name="${CSS.escape(lastFocus.name)}"]`));
      focusOn(again || region, { preventScroll: true });
    }
    lastFocus = null;
  });

  /* ---- forms: one press is one submission; an autosave says quietly when it has saved ---- */

  function busy(form, on, button) {
    if (!form) return;
    form.toggleAttribute("data-busy", on);
    (button ?? form.querySelector('[aria-busy="true"]'))?.setAttribute("aria-busy", String(on));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (form.method === "post" && !form.matches("[data-autosave]")) {
      busy(form, true, event.submitter);
      // the answer to a plain form may be a file, and then this page stays
      if (!form.matches("[hx-post], [hx-boost]")) setTimeout(() => busy(form, false), 5000);
    }
  }, true);
  // a page that comes back from the browser's memory is ready to be used again
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => busy(form, false)));

  const saveState = (elt) => elt?.closest?.("[data-autosave]")?.querySelector("[data-save-state]");

  function markSaved(elt, saved) {
    const place = saveState(elt);
    if (place) place.textContent = saved ? `${word("saved")} ${clockTime()}` : word("notSaved");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (session.expired) {
      event.preventDefault();
      keepUnsent(event.detail);
      markSaved(elt, false);
      busy(elt.closest?.("form"), false);
    } else if (saveState(elt) && requestConfig.verb !== "get") {
      saveState(elt).textContent = word("saving");
    }
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt.closest?.("form");
    busy(form, false);
    hideProgress(form);
    if (!detail.successful) return;
    if (detail.requestConfig.triggeringEvent) startIdleClock();
    if (detail.requestConfig.verb === "get") return;
    markSaved(detail.elt, true);
    hideTrouble();
  });

  /** Leaving the tab counts as leaving the field: what was just typed is sent at once. */
  function saveNow() {
    const field = document.activeElement;
    if (field?.closest?.("[data-autosave]") && "value" in field) field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* ---- uploads: drop or pick, see the name and the progress; without this script they are plain forms ---- */

  function size(bytes) {
    const [amount, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kB"] : [bytes / 1e6, "MB"];
    return `${new Intl.NumberFormat("nb-NO", { maximumFractionDigits: 1 }).format(amount)} ${unit}`;
  }

  function readyUpload(drop) {
    const field = drop.querySelector('input[type="file"]');
    const list = drop.querySelector("[data-chosen-files]");
    if (drop.dataset.ready || !field) return;
    drop.dataset.ready = "1";
    for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, () => { drop.dataset.over = "1"; });
    for (const type of ["dragleave", "dragend", "drop"]) drop.addEventListener(type, () => { delete drop.dataset.over; });
    field.addEventListener("change", () => {
      list.replaceChildren(...[...field.files].map((file) => {
        const line = document.createElement("li");
        const amount = document.createElement("span");
        amount.textContent = size(file.size);
        line.append(file.name, amount);
        return line;
      }));
      list.hidden = !field.files.length;
      const form = field.form;
      if (field.files.length && form?.dataset.upload === "now") form.requestSubmit();
    });
  }

  // htmx sends the form and tells how far it has come; the answer takes the place of the page's content
  function readyUploadForm(form) {
    if (form.hasAttribute("hx-post") || form.hasAttribute("hx-boost")) return;
    form.setAttribute("hx-boost", "true");
    form.setAttribute("hx-encoding", "multipart/form-data");
    if (!form.hasAttribute("hx-target")) {
      form.setAttribute("hx-target", "#innhold");
      form.setAttribute("hx-select", "#innhold");
      form.setAttribute("hx-swap", "outerHTML show:top");
    }
    htmx.process(form);
  }

  document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
    const box = target.closest?.("form")?.querySelector("[data-progress]");
    // once all is sent, the same event tells about the answer coming in: the bar stays full
    if (!box || !detail.lengthComputable || box.dataset.sentAll) return;
    const percent = Math.floor((100 * detail.loaded) / detail.total);
    box.hidden = false;
    box.querySelector("progress").value = percent;
    box.querySelector("[data-progress-text]").textContent = percent < 100 ? `${box.dataset.sending} ${percent} %` : box.dataset.sent;
    if (percent === 100) {
      box.dataset.sentAll = "1";
      say(box.dataset.sent);
    }
  });

  function hideProgress(form) {
    const box = form?.querySelector("[data-progress]");
    if (!box) return;
    box.hidden = true;
    delete box.dataset.sentAll;
  }

  // a file dropped beside the zone must not make the browser leave the page
  for (const type of ["dragover", "drop"]) {
    document.addEventListener(type, (event) => {
      if (!event.target.matches?.('input[type="file"]')) event.preventDefault();
    });
  }

  /* ---- tables: a scroll area is a stop for the keyboard only while it scrolls ---- */

  const widths = "ResizeObserver" in window ? new ResizeObserver((entries) => entries.forEach(({ target }) => fitTable(target))) : null;

  function fitTable(area) {
    if (area.scrollWidth > area.clientWidth + 1) area.tabIndex = 0;
    else area.removeAttribute("tabindex");
  }

  /* ---- start ---- */

  function readyPage(root = document) {
    root.querySelectorAll?.("[data-file-drop]").forEach(readyUpload);
    root.querySelectorAll?.("form[data-upload]").forEach(readyUploadForm);
    root.querySelectorAll?.(".table-scroll").forEach((area) => widths?.observe(area));
  }

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-close-trouble]")) hideTrouble();
    if (target.closest?.("[data-stay]")) stay();
  });
  document.addEventListener("DOMContentLoaded", () => {
    readyPage();
    startIdleClock();
    document.querySelector("[data-focus]")?.focus();
    if (meta("person")) tabs?.postMessage("signed-in");
  });
})();
