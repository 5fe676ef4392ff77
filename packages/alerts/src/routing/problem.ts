/** What is wrong with a routing document, and where: "routes.2.to.0", or "" for the whole of it. */
export type RoutingProblem = { readonly path: string; readonly message: string };
