export { listModels } from "./list-models";
export { presentModel } from "./present-model";
export { promoteModel } from "./promote-model";
export { registerModel } from "./register-model";
export { rollBackModel } from "./roll-back-model";
