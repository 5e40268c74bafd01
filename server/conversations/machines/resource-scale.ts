import { askAndAnswer } from "./question";

/** Another product is asked for more, or fewer, resources: it says what it has; a person decides there. */
export const nextOfResourceScale = askAndAnswer({
  type: "resource_scale",
  label: "Look up resources",
});
