/** The library that sends files in parts: a script of its own, asked for when there is one to send. */

export { Upload } from "tus-js-client";
