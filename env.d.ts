/** Short hash of the commit that the page was built from, or `unknown` outside a git checkout. */
declare const __COMMIT__: string;
