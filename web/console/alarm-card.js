// @ts-check
/** Somebody in danger has shown where they are: what to read aloud to 112, above everything else in the conversation. */
import { el } from "../shared/dom.js";
import { phoneLink } from "../shared/richtext.js";
import { clockTime } from "../shared/time.js";
import { copyButton } from "./copy.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.alarm;

/** Make the place; it is empty until there is something to show. */
export function createAlarmCard() {
  const element = el("div", { class: "help", role: "alert" });

  return {
    element,
    /** @param {{text: string, at: string} | null | undefined} alarm */
    show(alarm) {
      if (element.dataset.text === (alarm?.text ?? "")) return;
      element.dataset.text = alarm?.text ?? "";
      element.classList.toggle("on", Boolean(alarm));
      if (!alarm) return element.replaceChildren();
      const where = el("p", { class: "help-text", dir: "auto", text: alarm.text });
      const call = phoneLink("112", texts.call);
      call.classList.add("button", "help-call");
      element.replaceChildren(
        el("h3", { text: texts.heading }), where,
        el("p", { class: "help-lead", text: texts.lead(clockTime(alarm.at)) }),
        el("p", { class: "help-ways" }, call, copyButton(() => alarm.text, where)));
    },
  };
}
