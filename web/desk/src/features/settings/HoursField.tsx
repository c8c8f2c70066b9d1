import type { Hours, Opening, Weekday } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { TagsInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import classes from "./settings.module.css";

const DAYS: Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const USUAL: Opening = { opens: "09:00", closes: "18:00" };

interface Props {
  hours: Hours;
  onChange: (hours: Hours) => void;
}

/** When the brand answers: any number of openings a day, and days on which nobody is there. */
export function HoursField({ hours, onChange }: Props) {
  const { t } = useText();
  const setDay = (day: Weekday, openings: Opening[]) => onChange({ ...hours, [day]: openings });
  return (
    <fieldset className={classes.hours} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className={classes.fieldLabel} style={{ padding: 0, marginBottom: 8 }}>
        {t("brand.hours")}
      </legend>
      {DAYS.map((day) => (
        <div key={day} className={classes.day}>
          <span>{t(`day.${day}`)}</span>
          <div className={classes.openings}>
            {hours[day].length === 0 && <span className="faint">{t("brand.closed")}</span>}
            {hours[day].map((opening, index) => (
              <span key={index} className={classes.opening}>
                <input
                  type="time"
                  aria-label={t("brand.opens", { day: t(`day.${day}`) })}
                  value={opening.opens}
                  onChange={(event) =>
                    setDay(day, hours[day].with(index, { ...opening, opens: event.target.value }))
                  }
                />
                –
                <input
                  type="time"
                  aria-label={t("brand.closes", { day: t(`day.${day}`) })}
                  value={opening.closes === "24:00" ? "00:00" : opening.closes}
                  onChange={(event) =>
                    setDay(day, hours[day].with(index, { ...opening, closes: closing(event.target.value) }))
                  }
                />
                <IconButton
                  label={t("brand.removeOpening", { day: t(`day.${day}`) })}
                  size={24}
                  onClick={() => setDay(day, hours[day].toSpliced(index, 1))}
                >
                  <IconX size={12} />
                </IconButton>
              </span>
            ))}
          </div>
          <IconButton
            label={t("brand.addOpening", { day: t(`day.${day}`) })}
            onClick={() => setDay(day, [...hours[day], USUAL])}
          >
            <IconPlus size={14} stroke={1.8} />
          </IconButton>
        </div>
      ))}
      <TagsInput
        label={t("brand.closedOn")}
        description={t("brand.closedOnHint")}
        placeholder="2027-01-01"
        value={hours.closed_on}
        onChange={(days) =>
          onChange({ ...hours, closed_on: days.filter((one) => /^\d{4}-\d\d-\d\d$/.test(one)).toSorted() })
        }
      />
    </fieldset>
  );
}

/** Midnight at the end of a day is 24:00; a clock shows it as 00:00. */
function closing(value: string): string {
  return value === "00:00" ? "24:00" : value;
}
