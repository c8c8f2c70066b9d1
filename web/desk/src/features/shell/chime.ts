const NOTES = [880, 1174.7];
const LENGTH = 0.14;
const LOUDNESS = 0.06;

let audio: AudioContext | null = null;

/** Two short, quiet notes. A browser that nobody has touched yet stays silent. */
export function chime(): void {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  const start = audio.currentTime;
  NOTES.forEach((frequency, index) => {
    if (!audio) return;
    const at = start + index * LENGTH;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(LOUDNESS, at);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + LENGTH);
  });
}
