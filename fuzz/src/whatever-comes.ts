import { campaign, type Field, type Surface } from './campaign.js';

/** Attacks one surface with a fixed seed. Throws what the campaign said where it found something. */
export async function withstands(
  surface: Surface,
  options: { field: Field; attacks: number; ms: number },
): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const { findings, checks } = await campaign({ ...options, surface, seed: 1, say });
  if (findings.length > 0 || checks === 0) throw new Error([`${checks} checks of ${surface}`, ...lines].join('\n'));
}
