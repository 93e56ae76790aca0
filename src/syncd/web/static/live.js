// Keeps an open page true: the part that shows what is new is asked for again, times go on, and it says when syncd does
// not answer any more. It listens only while somebody looks, since a browser has few connections to one address.
"use strict";

(() => {
  const PATIENCE = 4000; // a restart takes less, and nobody needs to hear of it
  const AGAIN = 10000;
  const part = () => document.querySelector("[data-live]");
  let events = null;
  let retry = 0;
  let doubt = 0;
  let away = false; // what was new meanwhile was not heard
  let missed = false;
  let decided = false; // in the cycle that is not over yet
  let soon = 0;

  // looking again, unless somebody is typing there (what was typed before stays, and what was opened: htmx-config)

  const typing = () => {
    const focused = document.activeElement;
    return focused.matches("input, textarea, select") && part().contains(focused);
  };
  const lookAgain = () => {
    const shown = part();
    if (!shown) return;
    missed = document.hidden || typing();
    if (missed) return;
    const target = "#" + shown.id;
    htmx.ajax("GET", location.pathname + location.search, {
      target,
      swap: "outerMorph",
      select: target,
      selectOOB: "#menu:outerMorph,#refusal:outerMorph,#top:outerMorph",
      headers: { "Syncd-Looks": "again" },
    });
  };
  document.addEventListener("focusout", () => setTimeout(() => missed && lookAgain()));

  // while the sources are read for the first time there are no events, and then a whole page takes its place

  const reading = () => part() && part().dataset.live.includes("reading");
  if (reading()) {
    setInterval(lookAgain, 2000);
    document.addEventListener("htmx:after:swap", () => reading() || location.reload());
  }

  // whether syncd answers

  const line = document.getElementById("connection");
  const answers = () => (line.textContent = "");
  const silent = () => {
    if (!part() || line.textContent) return;
    const since = new Date().toISOString().slice(11, 19);
    line.textContent = `syncd has not answered since ${since} UTC. What stands here may be old; the page goes on by itself when syncd is back.`;
  };
  document.addEventListener("htmx:error", (event) => event.detail.ctx && silent());
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail.ctx.response.status <= 500) answers();
    else silent();
  });

  // events

  const heard = () => {
    clearTimeout(doubt);
    doubt = 0;
    if (away) lookAgain();
    away = false;
  };
  const failed = () => {
    away = true;
    const answered = events.readyState === EventSource.CLOSED; // by a proxy, a login that ended, or one listener too many
    if (answered) {
      leave();
      retry = setTimeout(connect, AGAIN);
    }
    if (answered || !line.textContent) doubt ||= setTimeout(() => ((doubt = 0), lookAgain()), PATIENCE);
  };
  // What waits for people is known at the end of the cycle that decided, when the list may be shown already.
  const heed = (kind, anyway) => {
    if (!part() || !(anyway || part().dataset.live.split(" ").includes(kind))) return;
    clearTimeout(soon);
    soon = setTimeout(lookAgain, 50);
  };
  const connect = () => {
    clearTimeout(retry);
    if (events || document.hidden || !part()) return;
    events = new EventSource("/api/v1/events");
    events.addEventListener("open", heard);
    events.addEventListener("error", failed);
    events.addEventListener("decision", () => ((decided = true), heed("decision")));
    events.addEventListener("cycle", () => (heed("cycle", decided), (decided = false)));
  };
  const leave = () => {
    clearTimeout(retry);
    if (events) events.close();
    events = null;
    away = true;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : connect()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", connect);

  // times: in the words of the server and by its clock

  const skew = Date.parse(document.querySelector("meta[name=syncd-now]").content) - Date.now();
  const span = (seconds) => {
    for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]])
      if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
    return `${seconds} s`;
  };
  const ago = (moment) => {
    const seconds = Math.trunc((Date.now() + skew - moment) / 1000);
    if (seconds < 0) return "in " + span(-seconds);
    return seconds < 2 ? "now" : span(seconds) + " ago";
  };
  setInterval(() => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = ago(Date.parse(time.dateTime));
  }, 5000);
})();
