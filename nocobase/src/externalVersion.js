/* The NocoBase that the plugin was made and tested with; its plugin manager compares. */
module.exports = {
  '@nocobase/auth': '2.2.15',
  '@nocobase/client': '2.2.15',
  '@nocobase/client-v2': '2.2.15',
  '@nocobase/plugin-auth': '2.2.15',
  '@nocobase/server': '2.2.15',
  '@formily/react': '2.3.7',
  antd: '5.24.2',
  react: '18.2.0',
};
