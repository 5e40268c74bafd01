export { registryApp } from "./app";
