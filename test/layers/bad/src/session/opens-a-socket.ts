export const dial = () => new WebSocket("wss://localhost/");
