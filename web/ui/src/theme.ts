import {
  ActionIcon,
  Autocomplete,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  FileInput,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Popover,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";
import classes from "./theme.module.css";

const indigo: MantineColorsTuple = [
  "#edf0fb",
  "#dbe1f7",
  "#c8d1f4",
  "#9fb0ee",
  "#7a90e6",
  "#5a74dd",
  "#3651c4",
  "#2b43aa",
  "#22368b",
  "#1a2a6d",
];

const floating = { transitionProps: { duration: 100, transition: "fade" as const } };

/** Mantine's components take their looks from tokens.css; this names only what differs from Mantine's own. */
export const theme = createTheme({
  primaryColor: "indigo",
  colors: { indigo },
  primaryShade: 6,
  fontFamily: "var(--d-font)",
  fontFamilyMonospace: "var(--d-mono)",
  defaultRadius: 8,
  respectReducedMotion: true,
  cursorType: "pointer",
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "17px", xl: "17px" },
  components: {
    Button: Button.extend({
      defaultProps: { size: "compact", variant: "default" },
      classNames: { root: classes.button, section: classes.buttonSection },
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: "subtle", size: 28 },
      classNames: { root: classes.icon },
    }),
    TextInput: TextInput.extend({ classNames: inputClasses() }),
    PasswordInput: PasswordInput.extend({
      classNames: { ...inputClasses(), innerInput: classes.innerInput, visibilityToggle: classes.reveal },
    }),
    Textarea: Textarea.extend({ classNames: inputClasses() }),
    Select: Select.extend({
      defaultProps: { allowDeselect: false, checkIconPosition: "right", comboboxProps: floating },
      classNames: { ...inputClasses(), dropdown: classes.float, option: classes.option },
    }),
    Autocomplete: Autocomplete.extend({
      defaultProps: { comboboxProps: floating },
      classNames: { ...inputClasses(), dropdown: classes.float, option: classes.option },
    }),
    FileInput: FileInput.extend({ classNames: inputClasses() }),
    Menu: Menu.extend({
      defaultProps: { ...floating, withArrow: false, position: "bottom-end", offset: 4 },
      classNames: {
        dropdown: classes.float,
        item: classes.option,
        label: classes.menuLabel,
        divider: classes.menuDivider,
      },
    }),
    Popover: Popover.extend({
      defaultProps: { ...floating, offset: 4 },
      classNames: { dropdown: classes.float },
    }),
    Modal: Modal.extend({
      defaultProps: {
        centered: false,
        transitionProps: { duration: 120, transition: "fade" },
        overlayProps: { blur: 0 },
      },
      classNames: {
        content: classes.modal,
        header: classes.modalHeader,
        title: classes.modalTitle,
        body: classes.modalBody,
        overlay: classes.veil,
      },
    }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 350,
        closeDelay: 0,
        transitionProps: { duration: 80 },
        offset: 6,
        multiline: true,
      },
      classNames: { tooltip: classes.tooltip },
    }),
    SegmentedControl: SegmentedControl.extend({
      defaultProps: { size: "xs", transitionDuration: 120 },
      classNames: {
        root: classes.segments,
        indicator: classes.segmentIndicator,
        label: classes.segmentLabel,
      },
    }),
    Switch: Switch.extend({
      defaultProps: { size: "sm" },
      classNames: { track: classes.track, label: classes.inlineLabel, description: classes.inlineHint },
    }),
    Checkbox: Checkbox.extend({
      defaultProps: { size: "xs" },
      classNames: { input: classes.track, label: classes.inlineLabel },
    }),
    NumberInput: NumberInput.extend({ classNames: inputClasses() }),
    MultiSelect: MultiSelect.extend({
      defaultProps: { comboboxProps: floating },
      classNames: { ...inputClasses(), dropdown: classes.float, option: classes.option, pill: classes.pill },
    }),
    TagsInput: TagsInput.extend({ classNames: { ...inputClasses(), pill: classes.pill } }),
    InputWrapper: InputWrapper.extend({
      classNames: { label: classes.label, description: classes.description, error: classes.error },
    }),
  },
});

function inputClasses() {
  return {
    input: classes.input,
    label: classes.label,
    description: classes.description,
    error: classes.error,
  };
}

/** Lets what we did not style ourselves follow the tokens as well. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    "--mantine-line-height": "1.5",
    "--mantine-color-body": "var(--d-bg)",
    "--mantine-color-text": "var(--d-text)",
    "--mantine-color-dimmed": "var(--d-text-2)",
    "--mantine-color-default": "var(--d-bg)",
    "--mantine-color-default-hover": "var(--d-hover)",
    "--mantine-color-default-color": "var(--d-text)",
    "--mantine-color-default-border": "var(--d-line-strong)",
    "--mantine-color-placeholder": "var(--d-text-3)",
    "--mantine-color-error": "var(--d-danger)",
    "--mantine-primary-color-filled": "var(--d-accent)",
    "--mantine-primary-color-filled-hover": "var(--d-accent-hover)",
  },
  light: {},
  dark: {},
});
