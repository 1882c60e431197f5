// @ts-check
/** Binds the quick exit before the rest of the page is loaded. */
import { byId } from "../shared/dom.js";
import { bindExit } from "./exit.js";

bindExit(byId("exit"));
