import { askAndAnswer } from "./question";

/** Something is wrong with data that another product holds, too: it says what that touches there. */
export const nextOfQualityAlert = askAndAnswer({
  type: "quality_alert",
  label: "Check the data",
});
