// Ctrl-C: what runs comes to its end and is cleared away, and nothing more begins.

export class Interruption {
  come = false;

  listen(): void {
    process.once('SIGINT', () => {
      console.log('interrupted: what runs is brought to its end');
      this.come = true;
    });
  }
}
