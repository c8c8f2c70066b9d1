/** Two speech bubbles leaning together: 담소, talking at ease. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--d-accent)" />
      <path
        d="M8 10.500A2.500 2.500 0 0 1 10.500 8h8a2.500 2.500 0 0 1 2.500 2.500v4a2.500 2.500 0 0 1-2.500 2.500H13l-3.400 2.600a.6.6 0 0 1-.96-.48V16.900A2.500 2.500 0 0 1 8 14.500z"
        fill="#fff"
      />
      <path
        d="M23 13.200a2.500 2.500 0 0 1 1.500 2.300v4.200a2.500 2.500 0 0 1-1 2v2.100a.6.6 0 0 1-.96.48L19.700 22.200H15a2.500 2.500 0 0 1-2.200-1.400l.7-.6h5.700A3.800 3.800 0 0 0 23 16.400z"
        fill="#fff"
        opacity="0.72"
      />
    </svg>
  );
}
