import { useEffect, useState } from "react";
import classes from "./parts.module.css";

/** Grey lines in place of what loads; only appear when loading takes longer than 300 ms. */
export function Skeleton({ rows = 6, label }: { rows?: number; label: string }) {
  const late = useLate(300);
  return (
    <div role="status" aria-label={label} className={classes.skeleton}>
      {late && Array.from({ length: rows }, (_, index) => <span key={index} className={classes.bone} />)}
    </div>
  );
}

function useLate(ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return late;
}
