/** Begins at a place as if the page had just been opened, since the server answers as to somebody else from now on: nothing that is shown or kept is theirs to ask for. */
export const startAnew = (place: "/" | "/settings/people") => window.location.assign(place);
